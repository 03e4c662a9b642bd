import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runtimes } from "../adapters/bed/server.ts";
import { handler } from "./fetch/runtimes/handler.ts";
import { expected, revalidations } from "./fetch/runtimes/reads.ts";
import { servers } from "./fetch/server.ts";
import { bundled, nodes, run } from "./on-nodes.ts";
import { documentServer } from "./update/document-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = "";
beforeAll(async () => {
  const programs = await bundled([
    "fetch/runtimes/program.ts",
    "update/writes-program.ts",
    "update/lost-program.ts",
    "update/ends-program.ts",
  ]);
  folder = programs.folder;
  return programs.remove;
});

const open = servers();
afterAll(open.close);

describe.for(Object.entries(nodes))("Node %s", ([major, node]) => {
  it("the client remembers reads", async () => {
    const server = await open.serve(handler);
    const { stdout } = await run(node, [`${folder}/program.mjs`, server.url]);
    const { events, ...results } = JSON.parse(stdout);
    expect(results).toEqual({ ...expected, relative: "TypeError" });
    expect(events.filter((event: string) => event === "fwd=stale; fwd-status=304").length).toBe(
      revalidations,
    );
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

  it("the process stays alive while a call waits, and no timer of an ended call keeps it alive", async () => {
    let isBusy = true;
    const server = await open.serve((req, res) => {
      const { method, url = "" } = req;
      const isRead = method === "GET";
      if (url === "/silent") return;
      if (url === "/stalled") return res.writeHead(200, { ETag: '"1"', "Content-Length": 100 }).write("{");
      if (isRead) return res.writeHead(200, { ETag: '"1"', "Content-Length": 7 }).end('{"n":1}');
      if (url === "/forbidden") return res.writeHead(403).end();
      const status = url === "/busy" || (url === "/busy-once" && isBusy) ? 503 : 204;
      if (url === "/busy-once") isBusy = false;
      return res.writeHead(status, { ETag: '"2"' }).end();
    });
    // A timer of a request would last a minute.
    const { stdout } = await run(program, [...args, `${folder}/ends-program.mjs`, server.url], {
      timeout: 30_000,
    });
    const { names, timers } = JSON.parse(stdout);
    const aborted = "AbortError";
    expect(names).toEqual([
      ...["done", "done"],
      ...["done", "HttpError", "RangeError", aborted, aborted, aborted, "TimeoutError", "TimeoutError"],
      ...["done", "done", aborted],
    ]);
    expect(timers).toEqual([]);
  });

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
