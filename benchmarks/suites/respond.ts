import type { RequestListener } from "node:http";
import { conditional } from "@entity-tag/core/fetch";
import type { Case, Contender, Role } from "../contenders/contender.ts";
import { runtime } from "../measure/runtime.ts";
import { measureAll, type Suite } from "../measure/suite.ts";
import { type FetchHandler, fetchApps } from "../servers/fetch-apps.ts";
import type { Source } from "../servers/page.ts";
import { type Ask, wireTo } from "../servers/wire.ts";

interface Question {
  style: "Request and Response" | "node:http";
  source: Source;
  /** True when the client already has the page. */
  isKnown: boolean;
}
type Answer = "200 with a tag" | "304 with the tag";
type App = Contender<Question, Answer>;

/** Tests also use this: the answers that each of our apps must give. */
export const questions: readonly Case<Question, Answer>[] = (
  ["Request and Response", "node:http"] as const
).flatMap((style) => [
  asked(`${style}: 304, the handler knows the tag`, { style, source: "known", isKnown: true }),
  asked(`${style}: 304, the tag is made from the content`, { style, source: "content", isKnown: true }),
  asked(`${style}: 200, the handler knows the tag`, { style, source: "known", isKnown: false }),
]);

/** A framework is more code than a function, so it needs a longer warm-up before it is optimized. */
const WARMER = 6;

export const suite: Suite = {
  about: "The whole way from a request to its answer, in process: no network, 1 kB of JSON.",
  async run(scope) {
    const pace = { ...scope.pace, warmUp: WARMER * scope.pace.warmUp };
    return { cases: await measureAll(questions, await apps(), { ...scope, pace }), plots: [], skipped: [] };
  },
};

/** Every app in its own way; apps of node:http on Node only. */
export async function apps(): Promise<App[]> {
  const fetching = Object.entries(fetchApps(conditional)).map(([name, { role, sources, make }]) =>
    appOf(name, role, "Request and Response", sources, (source) => fetcher(make(source))),
  );
  if (runtime !== "node") return Promise.all(fetching);
  const { nodeApps } = await import("../servers/node-apps.ts");
  const listening = Object.entries(nodeApps).map(([name, { role, sources, make }]) =>
    appOf(name, role, "node:http", sources, async (source) => listener(await make(source))),
  );
  return Promise.all([...fetching, ...listening]);
}

interface Asker<Prepared = unknown> {
  prepare(tag?: string): Prepared;
  run(prepared: Prepared): unknown;
  statusAndTag(answer: unknown): readonly [status: number, tag: string | undefined];
}

/** Its tags are requested beforehand, as a client learns them. */
async function appOf(
  name: string,
  role: Role,
  style: Question["style"],
  sources: readonly Source[],
  make: (source: Source) => Asker | Promise<Asker>,
): Promise<App> {
  const served = new Map<Source, { asker: Asker; tag: string | undefined }>();
  for (const source of sources) {
    const asker = await make(source);
    const [, tag] = asker.statusAndTag(await asker.run(asker.prepare()));
    served.set(source, { asker, tag });
  }
  const prepare = (question: Question) => {
    const { asker, tag } = (question.style === style && served.get(question.source)) || {};
    return asker && { asker, tag, request: asker.prepare(question.isKnown ? tag : undefined) };
  };
  type Prepared = NonNullable<ReturnType<typeof prepare>>;
  const run = ({ asker, request }: Prepared) => asker.run(request);
  return {
    ...{ name, role, prepare, run },
    async ask(question) {
      const prepared = prepare(question)!;
      const [status, tag] = prepared.asker.statusAndTag(await run(prepared));
      if (status === 200 && tag !== undefined) return "200 with a tag";
      if (status === 304 && tag === prepared.tag) return "304 with the tag";
      return `${status} with ${tag ?? "no tag"}` as Answer;
    },
  };
}

function fetcher(handler: FetchHandler): Asker {
  const url = "http://localhost/page";
  const asker: Asker<Request> = {
    prepare: (tag) => new Request(url, { headers: tag === undefined ? {} : { "If-None-Match": tag } }),
    run: handler,
    statusAndTag: (answer) => {
      const { status, headers } = answer as Response;
      return [status, headers.get("ETag") ?? undefined];
    },
  };
  return asker as Asker;
}

function listener(handle: RequestListener): Asker {
  const ask: Ask = wireTo(handle);
  const asker: Asker<Buffer> = {
    prepare: (tag) => {
      const condition = tag === undefined ? "" : `If-None-Match: ${tag}\r\n`;
      return Buffer.from(`GET /page HTTP/1.1\r\nHost: localhost\r\n${condition}\r\n`, "latin1");
    },
    run: ask,
    statusAndTag: (answer) => {
      const text = answer as string;
      return [Number(text.slice(9, 12)), /\r\netag: (.*)\r\n/i.exec(text)?.[1]];
    },
  };
  return asker as Asker;
}

function asked(name: string, input: Question): Case<Question, Answer> {
  return { name, input, answer: input.isKnown ? "304 with the tag" : "200 with a tag" };
}
