// The hooks of the documents, each in its own framework. A read is not sent twice, and a stranger learns no tag.
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { rows, run } from "@entity-tag/conformance";
import { build } from "esbuild";
import { afterAll, describe, expect, it, vi } from "vitest";
import { handle, isLate, pathOf } from "./apps/handlers.ts";
import { countIn, expectConformance, failuresIn } from "./bed/conformance.ts";
import { programs } from "./bed/documents.ts";
import { expectPage } from "./bed/page.ts";
import { programFolder, root } from "./bed/server.ts";

vi.setConfig({ testTimeout: 60_000 });

const load = createRequire(import.meta.url);
const folder = await programFolder("hooks");
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

it("The programs of the documents import the packages of the tarballs", () => {
  for (const name of ["@entity-tag/core", "@entity-tag/fastify", "@entity-tag/node/before-head"])
    expect(createRequire(`${folder}/program.mjs`).resolve(name)).toContain(
      `${folder}/node_modules/${name.slice(0, 11)}`,
    );
});

/** The block of a document that begins with this comment, as a module. */
// biome-ignore lint/suspicious/noExplicitAny: each document has other exports
async function moduleOf(name: string, comment: string): Promise<any> {
  const program = programs(`docs/frameworks/${name}.md`).find((each) => each.startsWith(`// ${comment}`));
  expect(program, `${name} has ${comment}`).toBeDefined();
  const lines = program!.split("\n").filter((line) => line.trim() !== "" && !/^(import|\/\/)/.test(line));
  expect(lines.length).toBeLessThanOrEqual(15);
  const file = `${folder}/${name}-${comment.replace(/\W/g, "-")}.ts`;
  writeFileSync(file, program!);
  // Not `import`, because the test runner would then load the packages from their sources.
  return load(file);
}

const page = () => new Response("Hello", { headers: { ETag: '"v1"', "X-Own": "kept" } });
const asking = (headers: HeadersInit = {}, url = "http://localhost/") => new Request(url, { headers });

async function expectReads(ask: (request: Request) => Promise<Response>): Promise<void> {
  const first = await ask(asking());
  expect([first.status, await first.text(), first.headers.get("ETag")]).toEqual([200, "Hello", '"v1"']);
  const again = await ask(asking({ "If-None-Match": '"v1"' }));
  expect([again.status, await again.text(), again.headers.get("X-Own")]).toEqual([304, "", "kept"]);
  expect(again.headers.get("Content-Length")).toBeNull();
  expect((await ask(asking({ "If-Match": '"v0"' }))).status).toBe(412);
}

const late = new Map(rows.filter(isLate).map((row) => [pathOf("late", row), row]));

/**
 * The handler behind the hook: it knows the state of each row, and no condition. It serves no ranges, because If-Range
 * cannot be checked after it.
 */
function rowPage({ url }: Request): Response {
  const row = late.get(new URL(url).pathname)!;
  const { status, headers, body } = handle("late", row, undefined);
  return new Response(body, { status, headers });
}

/** All rows that fit a function and need no option of the hook. */
async function expectRowsOver(at: (request: Request) => Response | Promise<Response>): Promise<void> {
  const asked = [...late.values()].filter(({ policy }) => policy === undefined);
  const results = await run(asked, { at, set: (_, row) => pathOf("late", row) });
  expect(failuresIn(results)).toEqual([]);
  expect(countIn(results)).toBeGreaterThan(400);
}

describe.concurrent("conditionalResponse in the hooks of", () => {
  it("Hono", async () => {
    const { Hono } = await import("hono");
    const { conditionalReads } = await moduleOf("hono", "hook");
    await expectReads(async (request) => new Hono().use(conditionalReads).get("/", page).fetch(request));
    const app = new Hono().use(conditionalReads).all("/late/*", (c) => rowPage(c.req.raw));
    await expectRowsOver((request) => app.fetch(request));
  });

  it("h3, together with handleCacheHeaders", async () => {
    const { H3, handleCacheHeaders } = await import("h3");
    const { conditionalReads } = await moduleOf("h3", "hook");
    const app = new H3().use(conditionalReads).get("/", page);
    app.get("/own", (event) => (handleCacheHeaders(event, { etag: '"v1"' }) ? "" : "Hello"));
    await expectReads(async (request) => app.fetch(request));
    const own = await app.fetch(asking({ "If-None-Match": '"v1"' }, "http://localhost/own"));
    expect(own.status).toBe(304);
    app.all("/late/**", (event) => rowPage(event.req));
    await expectRowsOver((request) => app.fetch(request));
  });
});

it("workers: current gets env and ctx, and a stranger with a guessed tag does not learn whether it is right", async () => {
  await moduleOf("workers", "src/index.ts");
  const { outputFiles } = await build({
    entryPoints: [`${folder}/workers-src-index-ts.ts`],
    format: "esm",
    bundle: true,
    write: false,
    nodePaths: [`${root}/test/node_modules`],
  });
  const { Miniflare } = await import("miniflare");
  const script = outputFiles[0]!.text;
  const worker = new Miniflare({
    modules: true,
    script,
    bindings: { TOKEN: "open" },
    compatibilityDate: "2026-01-01",
  });
  closing.push(() => worker.dispose());
  const ask = async (headers: Record<string, string>) => {
    const answer = await worker.dispatchFetch("http://localhost/", { headers });
    return [answer.status, answer.headers.get("ETag"), await answer.text()];
  };
  const known = { Authorization: "Bearer open" };
  expect(await ask(known)).toEqual([200, '"v1"', "Hello"]);
  expect(await ask({ ...known, "If-None-Match": '"v1"' })).toEqual([304, '"v1"', ""]);
  for (const headers of [{}, { "If-None-Match": '"v1"' }, { "If-Match": '"v0"' }]) {
    expect(await ask(headers)).toEqual([401, null, ""]);
  }
  // Miniflare compresses by itself, and does not change a strong tag.
  const options = ["--header", "Authorization: Bearer open", "--skip", "codings"];
  await expectConformance(String(await worker.ready), { options });
});

it("docs/frameworks/workers.md: of two writers to the Durable Object exactly one wins", async () => {
  const program = programs("docs/frameworks/workers.md").find((each) => each.startsWith("// src/note.ts"));
  writeFileSync(`${folder}/workers-note.ts`, program!);
  const { outputFiles } = await build({
    entryPoints: [`${folder}/workers-note.ts`],
    format: "esm",
    bundle: true,
    write: false,
    external: ["cloudflare:workers"],
    nodePaths: [`${root}/test/node_modules`],
  });
  const { Miniflare } = await import("miniflare");
  const worker = new Miniflare({
    modules: true,
    script: outputFiles[0]!.text,
    durableObjects: { NOTE: { className: "Note", useSQLite: true } },
    compatibilityDate: "2026-01-01",
  });
  closing.push(() => worker.dispose());
  const url = String(await worker.ready);
  await expectPage(url);
  expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
});
