import { conditional, fileState, routes } from "@entity-tag/bun";
import { conditionalResponse, conditional as coreConditional } from "@entity-tag/core/fetch";

type Page = Blob & { readonly size: number; readonly lastModified: number };
type Answer = (page: Page) => (request: Request) => Response | Promise<Response>;
declare const Bun: { file(path: string): Page; serve(options: object): { port: number } };
declare const process: { argv: string[] };

const [, , folder, ...changes] = process.argv;
const guard = conditional as (...args: unknown[]) => (request: Request) => Promise<Response>;

/** Every way to answer with a file that is held in a constant, each with its own file. */
const ways: Record<string, Answer> = {
  alone: (page) => () => new Response(page),
  late: (page) => guard(() => new Response(page)),
  "late, with a type": (page) =>
    guard(() => new Response(page, { headers: { "Content-Type": "text/x-own" } })),
  "late, with a tag": (page) => guard(() => new Response(page, { headers: { ETag: '"own"' } })),
  "late, with a made tag": (page) => guard(() => new Response(page), { tag: () => '"made"' }),
  "late, with no tag": (page) => guard(() => new Response(page), { tag: false }),
  current: (page) => guard(() => new Response(page), { current: () => fileState(page) }),
  "core alone": (page) => coreConditional(() => new Response(page)),
  "a hook": (page) => (request) => conditionalResponse(request, new Response(page)),
};

const table: Record<string, unknown> = {};
for (const change of changes) {
  for (const [way, answer] of Object.entries(ways)) {
    table[encodeURI(`/${change}/${way}`)] = answer(Bun.file(`${folder}/${change} ${way}`));
  }
  const page = Bun.file(`${folder}/${change} a route`);
  const fixed = new Response(Bun.file(`${folder}/${change} a static route`));
  Object.assign(table, {
    [encodeURI(`/${change}/a route`)]: routes({ route: () => new Response(page) }).route,
    [encodeURI(`/${change}/a static route`)]: routes({ route: fixed }).route,
  });
}

/** Honours `Range` as Bun's documentation shows. */
const byHand = (request: Request) => {
  const page = Bun.file(`${folder}/by hand`);
  const [start, end] = request.headers.get("Range")?.slice("bytes=".length).split("-") ?? ["", ""];
  if (start === "") return new Response(page);
  return new Response(page.slice(Number(start), end ? Number(end) + 1 : Number.POSITIVE_INFINITY));
};
const part = Bun.file(`${folder}/by hand`);
const sized = Bun.file(`${folder}/grew`);
// Bun keeps the size that a program has read.
const sizeThen = sized.size;
Object.assign(table, {
  "/by-hand": guard(byHand),
  "/by-hand-alone": byHand,
  "/part": guard(() => new Response(part.slice(2, 5))),
  "/beginning": guard(() => new Response(part.slice(0, 5))),
  "/rest": guard(() => new Response(part.slice(2))),
  "/whole": guard(() => new Response(part.slice(0, 100))),
  "/grew": guard(() => new Response(sized, { headers: { "X-Size": String(sizeThen) } })),
});

const { port } = Bun.serve({ port: 0, development: false, routes: table, fetch: () => new Response("none") });
console.log(`http://localhost:${port}`);
