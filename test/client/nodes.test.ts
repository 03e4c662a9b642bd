import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root, runtimes } from "../adapters/bed/server.ts";
import { handler } from "./fetch/runtimes/handler.ts";
import { expected } from "./fetch/runtimes/reads.ts";
import { servers } from "./fetch/server.ts";
import { documentServer } from "./update/document-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = promisify(execFile);

/** Every Node that is supported. */
const nodes = {
  20: `${root}/test/node_modules/node-20/bin/node`,
  22: `${root}/test/node_modules/node-22/bin/node`,
  24: `${root}/node_modules/node/bin/node`,
};

// Node 20 runs no TypeScript.
const folder = mkdtempSync(join(tmpdir(), "client-on-nodes-"));
beforeAll(() =>
  build({
    entryPoints: [
      `${import.meta.dirname}/fetch/runtimes/program.ts`,
      `${import.meta.dirname}/update/writes-program.ts`,
      `${import.meta.dirname}/update/lost-program.ts`,
      `${import.meta.dirname}/update/ends-program.ts`,
    ],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    entryNames: "[name]",
    ...{ bundle: true, format: "esm", platform: "node", target: "node20" },
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const open = servers();
afterAll(open.close);

describe.for(Object.entries(nodes))("Node %s", ([major, node]) => {
  it("the client remembers reads", async () => {
    const server = await open.serve(handler);
    const { stdout } = await run(node, [`${folder}/program.mjs`, server.url]);
    const { events, ...results } = JSON.parse(stdout);
    expect(results).toEqual({ ...expected, relative: "TypeError" });
    expect(events.filter((event: string) => event === "fwd=stale; fwd-status=304").length).toBe(8);
  });

  it("the client loses no update and makes no update twice when every fifth answer is lost", async () => {
    const server = await documentServer(
      { made: [] },
      { fault: ({ headers, nth }) => (headers["if-match"] && nth % 5 === 0 ? "lost after" : undefined) },
    );
    try {
      const { stdout } = await run(node, [`${folder}/writes-program.mjs`, server.url]);
      const { version, made, created, removed } = JSON.parse(stdout);
      expect(version).toMatch(new RegExp(`^v${major}\\.`));
      expect(made.toSorted()).toEqual(Array.from({ length: 24 }, (_, at) => `${at}`).sort());
      expect([created, removed]).toEqual(["AlreadyExistsError", "removed"]);
    } finally {
      server.close();
    }
  });
});

describe.for(["node", "deno", "bun"] as const)("on %s", (name) => {
  const [program = "", ...args] = runtimes[name];

  it("a write whose answer is lost is sent once, and not again by the runtime itself", async () => {
    const server = await documentServer(
      { n: 1 },
      { fault: ({ method }) => (method === "PUT" ? "lost after" : undefined) },
    );
    try {
      const { stdout } = await run(program, [...args, `${folder}/lost-program.mjs`, server.url]);
      expect(JSON.parse(stdout)).toBe("AmbiguousWriteError");
      expect(server.methods()).toEqual(["GET", "PUT", "GET"]);
    } finally {
      server.close();
    }
  });

  it("a program stays alive while the client waits, and ends with it: no timer is left", async () => {
    let writes = 0;
    const server = await open.serve((req, res) => {
      if (req.url!.endsWith("/never")) return;
      if (req.method === "GET") return res.writeHead(200, { ETag: '"v1"' }).end('{"n":1}');
      return res.writeHead(++writes === 1 ? 503 : 204, { "Retry-After": "1" }).end();
    });
    // A timer that was left would hold the program for the minute that a request may take.
    const limit = { timeout: 30_000 };
    const { stdout } = await run(program, [...args, `${folder}/ends-program.mjs`, server.url], limit);
    expect(JSON.parse(stdout)).toEqual({ attempts: 2, ended: "TimeoutError", timers: 0 });
  });

  it("the client loses no update and makes no update twice when every fifth answer is lost", async () => {
    const server = await documentServer(
      { made: [] },
      { fault: ({ headers, nth }) => (headers["if-match"] && nth % 5 === 0 ? "lost after" : undefined) },
    );
    try {
      const { stdout } = await run(program, [...args, `${folder}/writes-program.mjs`, server.url]);
      expect(
        JSON.parse(stdout)
          .made.map(Number)
          .sort((a: number, b: number) => a - b),
      ).toEqual([...Array(24).keys()]);
    } finally {
      server.close();
    }
  });
});
