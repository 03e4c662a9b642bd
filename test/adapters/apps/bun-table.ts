import { conditional, contentTag, fileState, routes } from "@entity-tag/bun";
import { contentTag as slowContentTag } from "@entity-tag/core";
import html from "./page.html";

interface Server {
  upgrade(request: Request): boolean;
}
interface File extends Blob {
  readonly name: string;
  readonly lastModified: number;
}
declare const Bun: {
  file(path: string): File;
  serve(options: object): { port: number };
};
declare const process: { argv: string[] };

const file = Bun.file(process.argv[2]!);
const missing = Bun.file(`${process.argv[2]}.missing`);
const upgrade = (request: Request, server: Server) =>
  server.upgrade(request) ? undefined : new Response("This is for WebSockets", { status: 426 });

/** Every kind of value that a table may have. */
const table = {
  ...routes({
    "/handler": () => new Response("from a handler"),
    "/static": new Response("static", { headers: { "x-own": "kept" } }),
    "/redirect": Response.redirect("/static", 302),
    "/file": new Response(file),
    "/file-part": new Response(file.slice(2, 6)),
    "/file-beginning": new Response(file.slice(0, 4)),
    "/file-tagged": new Response(file, { headers: { ETag: '"own"' } }),
    "/file-dated": new Response(file, { headers: { "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" } }),
    "/methods": {
      GET: new Response("static, of one method"),
      POST: async (request: Request) => new Response(await request.text(), { status: 201 }),
    },
    "/people/:name/pets/:pet": ({ params }) => Response.json(params),
    "/chat": upgrade,
    "/false": false as const,
    "/html": html,
    "/bare-file": file,
    "/directory/*": { dir: `${import.meta.dirname}/directory` },
  }),
  ...routes(
    {
      "/ranged/:tag": ({ params, headers }) =>
        Response.json({ tag: params.tag, range: headers.get("Range") }),
      "/guarded/:tag": {
        GET: new Response("guarded"),
        PUT: ({ params }) => Response.json({ wrote: params.tag }),
      },
    },
    { current: ({ params }) => ({ etag: `"${params.tag}"` }), require: true },
  ),
};

/** Facts that can be found only inside Bun. */
const facts = async () => ({
  tags: [contentTag("hello"), await slowContentTag("hello")],
  weakTags: [
    contentTag(new Uint8Array([1, 2]), { weak: true }),
    await slowContentTag(new Uint8Array([1, 2]), { weak: true }),
  ],
  state: fileState(file),
  missing: fileState(missing),
  inMemory: fileState(new Blob(["x"]) as File),
  uploaded: fileState(new File(["abc"], "/etc/hostname")),
});

const { port } = Bun.serve({
  port: 0,
  development: false,
  routes: table,
  websocket: { message: (socket: { send(text: string): void }, text: string) => socket.send(`echo ${text}`) },
  fetch: conditional(async (request: Request, server: Server) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/fetch-chat") return upgrade(request, server);
    if (pathname === "/facts") return Response.json(await facts());
    return new Response(`fetch got ${pathname}`);
  }),
});
console.log(`http://localhost:${port}`);
