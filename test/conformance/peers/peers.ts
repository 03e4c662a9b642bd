import { execFileSync } from "node:child_process";
import { readFileSync, utimesSync } from "node:fs";
import { type Result, type Row, rows, run, type Verdict } from "@entity-tag/conformance";
import { buildNext, fixture } from "../../adapters/bed/next-build.ts";
import { root, runtimes, type Server, start } from "../../adapters/bed/server.ts";
import { freePort } from "../../free-port.ts";
import { type FileServer, fileServers, isInstalled } from "./file-servers.ts";

/** A published server or framework, set up as its documentation shows. */
export interface Peer {
  name: string;
  /** How it is set up. */
  wiring: string;
  version(): string;
  /** Why it cannot run here. */
  missing?: string;
  start(): Promise<Server>;
  /** `rows`: it has a handler for each row, with the state of that row. `page`: it serves one page. */
  kind: "rows" | "page";
  /** The path of the rows' handlers, if it is not the root. */
  base?: string;
}

/** The results of all rows, summarized. */
export interface Score {
  name: string;
  wiring: string;
  version: string;
  counts: Record<Verdict, number>;
  /** The ids of the rows that it fails, in order. */
  must: string[];
  warnings: string[];
  /** Why other rows were not applicable, each reason with the number of rows. */
  notAsked: Record<string, number>;
}

const here = import.meta.dirname;
const versionOf = (name: string) => (): string =>
  JSON.parse(readFileSync(`${root}/test/node_modules/${name}/package.json`, "utf8")).version;

type Runtime = "node" | "bun";
const program =
  (app: string, runtime: Runtime = "node") =>
  () =>
    start([...runtimes[runtime], `${here}/apps/${app}.ts`]);

function framework(name: string, app: string, of: string, wiring: string): Peer {
  return { name, wiring, version: versionOf(of), start: program(app), kind: "rows" };
}

function page(
  name: string,
  app: string,
  version: () => string,
  wiring: string,
  runtime: Runtime = "node",
): Peer {
  return { name, wiring, version, start: program(app, runtime), kind: "page" };
}

function debian(name: string, server: FileServer, version: (output: string) => string, wiring: string): Peer {
  const missing = isInstalled(server) ? {} : { missing: `${name} is not installed: ${server.install}` };
  return {
    name,
    wiring,
    ...missing,
    version: () => version(execFileSync("sh", ["-c", `${server.binary} -v 2>&1`], { encoding: "utf8" })),
    start: async () => {
      const port = await freePort();
      return start(server.command(port), port);
    },
    kind: "page",
  };
}

/** One application for all rows. The tests of this project's adapter build it, too. */
const startNext = async (): Promise<Server> => {
  await buildNext();
  const changed = new Date("2026-01-02T03:04:05Z");
  utimesSync(`${fixture}/public/page.txt`, changed, changed);
  return start([...runtimes.next, fixture]);
};

const numberIn = (output: string): string => /\d+\.\d+\.\d+/.exec(output)?.[0] ?? "?";

export const peers: readonly Peer[] = [
  framework("Express", "express", "express", '`res.set("ETag", …).send()`'),
  framework("Koa", "koa", "koa", "`koa-conditional-get` and `koa-etag`"),
  framework("Fastify", "fastify", "@fastify/etag", "`@fastify/etag` (its version)"),
  framework("Hono", "hono", "hono", "`etag()`"),
  framework("h3", "h3", "h3", "`handleCacheHeaders`"),
  framework("hapi", "hapi", "@hapi/hapi", "`response.etag()`"),
  framework("restify", "restify", "restify", "`conditionalRequest`"),
  {
    ...framework("Next", "", "next", "a route handler: `new Response(…, { headers: { ETag } })`"),
    start: startNext,
    base: "/peer",
  },
  { ...page("Next (public)", "", versionOf("next"), "a file in `public`"), start: startNext },
  page("send", "send", versionOf("send"), "a file"),
  page("sirv", "sirv", versionOf("sirv"), "a file, `etag: true`"),
  page("@remix-run/response", "remix", versionOf("@remix-run/response"), "`createFileResponse`, strong tags"),
  page(
    "Bun routes",
    "bun-routes",
    () => JSON.parse(readFileSync(`${root}/node_modules/bun/package.json`, "utf8")).version,
    "a static `Response`",
    "bun",
  ),
  page("@elysiajs/static", "elysia-static", versionOf("@elysiajs/static"), "a file", "bun"),
  debian("nginx", fileServers.nginx, numberIn, "a file, as it comes"),
  debian("Apache", fileServers.Apache, numberIn, "a file, as it comes"),
  debian("lighttpd", fileServers.lighttpd, numberIn, "a file, as it comes"),
];

/** Sends a peer every applicable row. */
export async function score(peer: Peer): Promise<Score> {
  const server = await peer.start();
  try {
    const url = `http://127.0.0.1:${server.port}`;
    const target = peer.kind === "page" ? `${url}/page.txt` : controlled(url, peer.base);
    const results = await run(rows, target, { parallel: peer.kind === "page" ? 1 : 4 });
    return summarize(peer, results);
  } finally {
    server.stop();
  }
}

/** A peer has no way to state other forms of a page, and does not have our settings. */
const canHave = ({ state, policy }: Row): boolean =>
  policy === undefined && !state?.alternates && !state?.codings && !state?.lastModifiedStrong;

const controlled = (url: string, base = "") => ({
  at: url,
  set: (_: unknown, row: Row) => (canHave(row) ? `${base}/rows/${row.id}` : undefined),
  runs: async (path: string) => Number(await (await fetch(url + path.replace("/rows/", "/count/"))).text()),
});

/** These rows are left out, because on a busy machine a slow answer looks like a server that hangs. */
const isTimed = ({ row }: Result): boolean => /^(?:flood|large-body|expect|control)-/.test(row.id);

function summarize({ name, wiring, version }: Peer, all: readonly Result[]): Score {
  const results = all.filter((result) => !isTimed(result));
  const idsOf = (verdict: Verdict) =>
    results.filter((result) => result.verdict === verdict).map(({ row }) => row.id);
  const verdicts: Verdict[] = [
    "pass",
    "fail",
    "warning",
    "not applicable",
    "could not be set up",
    "inconclusive",
  ];
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, idsOf(verdict).length]));
  return {
    name,
    wiring,
    version: version(),
    counts: counts as Score["counts"],
    must: idsOf("fail"),
    warnings: idsOf("warning"),
    notAsked: reasonsIn(results),
  };
}

/** The most frequent reason first. */
function reasonsIn(results: readonly Result[]): Record<string, number> {
  const reasons = new Map<string, number>();
  for (const { verdict, found } of results) {
    if (verdict !== "could not be set up") continue;
    const reason = found[0]!.replace(/^.* (?=speaks of another resource)/, "it ");
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return Object.fromEntries([...reasons].sort(([, a], [, b]) => b - a));
}
