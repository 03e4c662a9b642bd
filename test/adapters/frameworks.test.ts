// The recipes for SvelteKit, Astro and React Router, in an application that each framework has built, over a socket.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { rows, run } from "@entity-tag/conformance";
import { build as bundle } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Connection, connectTo } from "../../packages/conformance/src/wire/connection.ts";
import { countIn, expectConformance, failuresIn } from "./bed/conformance.ts";
import { programs } from "./bed/documents.ts";
import { expectBodies, expectDeserted, expectPage } from "./bed/page.ts";
import { programFolder, root, type Server, start } from "./bed/server.ts";

// Real builds on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

const modules = `${root}/test/node_modules`;
const bin = (name: string) => `${modules}/.bin/${name}`;

interface Framework {
  name: "sveltekit" | "astro" | "react-router";
  build: readonly string[];
  /** A separate server, which has a compressor. */
  ownServer?: readonly string[];
}

const frameworks: Framework[] = [
  { name: "sveltekit", build: [bin("vite"), "build"] },
  { name: "astro", build: [bin("astro"), "build", "--silent"] },
  {
    name: "react-router",
    build: [bin("react-router"), "build"],
    ownServer: [bin("react-router-serve"), "build/server/index.js"],
  },
];

/** The parts of a reader's file beside the block of the document. */
const beside: Record<string, string> = {
  "app/root.tsx": `
    import { Outlet } from "react-router";
    export default () => <html lang="en"><body><Outlet /></body></html>;`,
};

describe.concurrent.for(frameworks)("$name", async ({ name, build, ownServer }) => {
  const folder = await programFolder(`frameworks/${name}`);
  const servers: Server[] = [];

  beforeAll(async () => {
    cpSync(`${root}/test/adapters/frameworks/${name}`, folder, { recursive: true });
    writePrograms(name, folder);
    const env = { ...process.env, NODE_ENV: "production", ASTRO_TELEMETRY_DISABLED: "1" };
    await promisify(execFile)(build[0]!, build.slice(1), { cwd: folder, env }).catch((error) => {
      throw new Error(`${name} does not build: ${error.stdout}${error.stderr}`);
    });
  });
  afterAll(() => {
    for (const server of servers) server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serving(...command: string[]): Promise<Server> {
    const server = await start(command, undefined, folder);
    servers.push(server);
    return server;
  }
  const serve = `${root}/test/adapters/frameworks/serve.mjs`;
  const plain = () => serving(process.execPath, serve, name, "plain");
  const compressed = () => serving(...(ownServer ?? [process.execPath, serve, name, "compressed"]));

  it("the program answers reads, and of two writers whose bodies arrive at once exactly one wins", async () => {
    const { port } = await plain();
    await expectPage(`http://localhost:${port}/note`);
    await expectBodies(`http://localhost:${port}/note`);
    await expectDeserted(`http://localhost:${port}/note`);
    await expectHooks(port, {});
    if (mounted(name).length > 0) await expectMounted(`http://localhost:${port}/api/notes`);
    await expectConformance(`http://localhost:${port}/note`, { isWritten: true });
    await expectConformance(`http://localhost:${port}/`, {});
  });

  it("the program does the same behind a compressor", async () => {
    const { port } = await compressed();
    await expectPage(`http://localhost:${port}/note`);
    await expectHooks(port, { "Accept-Encoding": "gzip" });
    // Not all rows are sent: the compressor in front belongs to the framework, and does not change a strong tag or
    // Vary.
  });
});

/** The block of docs/guides/mounting.md for a framework, in at most six lines. */
const mounted = (name: string): string[] => {
  const blocks = programs("docs/guides/mounting.md").filter((block) =>
    block.includes(name === "sveltekit" ? '"@sveltejs/kit"' : `from "${name}"`),
  );
  for (const block of blocks) {
    expect(
      block.split("\n").filter((line) => line !== "" && !line.startsWith("//")).length,
    ).toBeLessThanOrEqual(6);
  }
  return blocks;
};

/** All methods reach the resource, with the whole path and their body, and the hook around it changes no answer. */
async function expectMounted(url: string): Promise<void> {
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const own = { "Content-Type": "application/json", ...headers };
    const answer = await fetch(url + path, { method, headers: own, body: body ?? null });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const green = '{"text":"Green"}';
  const created = await ask("PUT", "/tea", { "If-None-Match": "*" }, green);
  expect([created.status, created.headers.get("Location")]).toEqual([201, "/api/notes/tea"]);
  const etag = created.headers.get("ETag")!;
  expect(await ask("GET", "/tea")).toMatchObject({ status: 200, body: green });
  expect((await ask("HEAD", "/tea")).headers.get("ETag")).toBe(etag);
  expect(await ask("GET", "/tea", { "If-None-Match": etag })).toMatchObject({ status: 304, body: "" });
  expect((await ask("GET", "")).body).toContain("/api/notes/tea");
  expect((await ask("OPTIONS", "/tea")).headers.get("Allow")).toContain("PUT");
  expect((await ask("GET", "/coffee", { "If-None-Match": "*" })).status).toBe(404);
  expect((await ask("PUT", "/tea", {}, green)).status).toBe(428);
  expect((await ask("DELETE", "/tea", { "If-Match": '"0"' })).status).toBe(412);
  expect((await ask("DELETE", "/tea", { "If-Match": etag })).status).toBe(204);
}

/** Each block of the document goes into the file that its first line names. */
function writePrograms(name: string, folder: string): void {
  for (const program of mounted(name)) writeProgram(program, folder);
  for (const [index, program] of programs(`docs/frameworks/${name}.md`).entries()) {
    const own = program.split("\n").filter((line) => line.trim() !== "" && !/^(import|\/\/)/.test(line));
    // The first block is the recipe, the others are the reader's own code.
    expect(own.length).toBeLessThanOrEqual(index === 0 ? 15 : 25);
    writeProgram(program, folder);
  }
}

function writeProgram(program: string, folder: string): void {
  const file = /^\/\/ (\S+)/.exec(program)![1]!;
  mkdirSync(dirname(`${folder}/${file}`), { recursive: true });
  writeFileSync(`${folder}/${file}`, program + (beside[file] ?? ""));
}

/** A page that the framework renders is answered as before, and a request that may not read learns nothing. */
async function expectHooks(port: number, headers: Record<string, string>): Promise<void> {
  const ask = (path: string, more: Record<string, string> = {}) =>
    fetch(`http://localhost:${port}${path}`, { headers: { ...headers, ...more } });
  const page = await ask("/");
  expect([page.status, page.headers.get("Content-Encoding")]).toEqual([
    200,
    headers["Accept-Encoding"] ?? null,
  ]);
  expect(await page.text()).toContain("<h1>A page</h1>");
  const etag = page.headers.get("ETag");
  expect(etag).toMatch(/^(W\/)?"/);
  expect((await ask("/", { "If-None-Match": etag! })).status).toBe(304);

  for (const conditions of [
    {},
    { "If-None-Match": '"v1"' },
    { "If-Match": '"v0"' },
    { "If-None-Match": "*" },
  ] as const) {
    const refused = await ask("/private", conditions);
    expect([refused.status, await refused.text()]).toEqual([403, "Not for you"]);
  }
}

describe("NestJS", async () => {
  const origin = "https://app.example";
  const folder = await programFolder("frameworks/nestjs");
  const servers: Server[] = [];

  beforeAll(async () => {
    cpSync(`${root}/test/adapters/frameworks/nestjs`, folder, { recursive: true });
    writePrograms("nestjs", folder);
    await bundle({
      entryPoints: [`${folder}/main.ts`],
      outfile: `${folder}/main.cjs`,
      format: "cjs",
      platform: "node",
      bundle: true,
      packages: "external",
    });
  });
  afterAll(() => {
    for (const server of servers) server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.for(["plain", "compressed"])(
    "NestJS judges reads and writes, %s, and sends no tag to a stranger",
    async (mode) => {
      const server = await start([process.execPath, `${folder}/main.cjs`, mode]);
      servers.push(server);
      const ask = async (method: string, headers: Record<string, string>, text?: string) => {
        const body = text === undefined ? null : JSON.stringify({ text });
        const own = {
          Authorization: "Bearer me",
          "Content-Type": "application/json",
          Origin: origin,
          ...headers,
        };
        const answer = await fetch(`http://localhost:${server.port}/note`, { method, headers: own, body });
        expect(answer.headers.get("Access-Control-Allow-Origin"), `${method} ${answer.status}`).toBe(origin);
        expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("ETag");
        return { status: answer.status, etag: answer.headers.get("ETag"), body: await answer.text(), answer };
      };
      const preflight = await fetch(`http://localhost:${server.port}/note`, {
        method: "OPTIONS",
        headers: { Origin: origin, "Access-Control-Request-Method": "PUT" },
      });
      expect([preflight.status, preflight.headers.get("Access-Control-Allow-Origin")]).toEqual([204, origin]);
      expect(preflight.headers.get("Access-Control-Allow-Headers")).toContain("If-Match");
      const first = await ask("GET", {});
      expect(first).toMatchObject({ status: 200, body: '{"version":1,"text":"Hello"}' });
      expect(first.answer.headers.get("Content-Encoding")).toBe(mode === "plain" ? null : "gzip");
      const etag = first.etag!;
      expect(await ask("GET", { "If-None-Match": etag })).toMatchObject({ status: 304, etag, body: "" });

      // Express tags the page of an error by its content: that is not a tag of the note.
      for (const [method, conditions] of [
        ["GET", {}],
        ["GET", { "If-None-Match": etag }],
        ["PUT", { "If-Match": '"0"' }],
        ["PUT", { "If-Match": etag }],
      ] as const) {
        const stranger = await ask(
          method,
          { Authorization: "none", ...conditions },
          method === "PUT" ? "mine" : undefined,
        );
        expect(stranger.status).toBe(403);
        expect([etag, '"1"']).not.toContain(stranger.etag);
      }

      expect((await ask("PUT", {}, "text")).status).toBe(428);
      expect((await ask("PUT", { "If-Match": '"0"' }, "text")).status).toBe(412);
      const writes = await Promise.all(["a", "b"].map((text) => ask("PUT", { "If-Match": etag }, text)));
      expect(writes.map(({ status }) => status).sort()).toEqual([200, 412]);
      expect((await ask("GET", { "If-None-Match": etag })).body).toContain('"version":2');
      const url = new URL(`http://localhost:${server.port}/note`);
      const results = await run(rows, url, { connect: () => authorized(url) });
      expect(failuresIn(results)).toEqual([]);
      expect(countIn(results)).toBeGreaterThan(100);
      const options = ["--header", "Authorization: Bearer me", "--body", '{"text":"{n}"}'];
      await expectConformance(`http://localhost:${server.port}/note`, {
        isWritten: true,
        isNumbered: true,
        options,
      });
      expect(server.output()).not.toMatch(/ERR/);
      const filter = readFileSync(`${root}/test/adapters/frameworks/nestjs/main.ts`, "utf8");
      const [, line] = /must begin with `(.+?)`/.exec(
        readFileSync(`${root}/docs/frameworks/nestjs.md`, "utf8"),
      )!;
      expect(filter).toContain(line);
    },
  );
});

/** A connection whose requests say who asks. */
async function authorized(url: URL): Promise<Connection> {
  const connection = await connectTo(url);
  return {
    ...connection,
    ask: (asked) => connection.ask({ ...asked, headers: [["Authorization", "Bearer me"], ...asked.headers] }),
  };
}
