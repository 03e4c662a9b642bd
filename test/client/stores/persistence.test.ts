import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { conditionalFetch, isNotModified, memoryStore } from "@entity-tag/client";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { servers } from "../fetch/server.ts";

const open = servers();
const program = join(import.meta.dirname, "one-process.ts");
const folder = mkdtempSync(join(tmpdir(), "client-persistence-"));
afterEach(open.close);
afterAll(() => rmSync(folder, { recursive: true }));

async function serveUsers() {
  return open.serve((req, res) => {
    const tag = `"${req.headers.authorization}-${req.headers.cookie}"`.replaceAll("secret", "tag");
    if (req.headers["if-none-match"] === tag) return res.writeHead(304, { ETag: tag }).end();
    return res
      .writeHead(200, { ETag: tag, Vary: "Authorization, Cookie, Accept", "Set-Cookie": "sid=secret-c" })
      .end(tag);
  });
}

describe("sqliteStore in a file", () => {
  it("sqliteStore in a file survives a restart", async () => {
    const server = await serveUsers();
    const file = join(folder, "restart.sqlite");
    for (const isSame of [false, true, true]) {
      const db = new DatabaseSync(file);
      const response = await conditionalFetch({ store: sqliteStore(db) })(server.url);
      expect([isNotModified(response), await response.text()]).toEqual([isSame, '"undefined-undefined"']);
      db.close();
    }
  });

  it("sqliteStore in a file never contains a credential", async () => {
    const server = await serveUsers();
    const db = new DatabaseSync(join(folder, "credentials.sqlite"));
    const remembering = conditionalFetch({ store: sqliteStore(db) });
    const headers = { Authorization: "secret-a", Cookie: "secret-b" };
    for (const isSame of [false, true]) {
      const response = await remembering(server.url, { headers });
      await response.text();
      expect(isNotModified(response)).toBe(isSame);
    }
    db.close();
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name), "latin1").includes("secret")).toBe(false);
    expect(readFileSync(join(folder, "credentials.sqlite"), "latin1")).toContain("tag-a");
  });

  it("sqliteStore in a file is shared by two connections that write at the same time", async () => {
    const server = await serveUsers();
    const file = join(folder, "shared.sqlite");
    const dbs = [new DatabaseSync(file), new DatabaseSync(file)];
    const failures: string[] = [];
    const clients = dbs.map((db) =>
      conditionalFetch({
        store: sqliteStore(db),
        onEvent: ({ text }) => text.includes("failed") && failures.push(text),
      }),
    );
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => (await clients[i % 2]!(`${server.url}/${i % 7}`)).text()),
    );
    expect(failures).toEqual([]);
    expect(isNotModified(await clients[0]!(`${server.url}/1`))).toBe(true);
    for (const db of dbs) db.close();
  });
});

it("sqliteStore keeps its answers while another connection holds the lock for too long", async () => {
  const server = await serveUsers();
  const file = join(folder, "locked.sqlite");
  const [db, other] = [new DatabaseSync(file), new DatabaseSync(file)];
  const events: string[] = [];
  const remembering = conditionalFetch({ store: sqliteStore(db), onEvent: ({ text }) => events.push(text) });
  const read = async () => (await remembering(server.url)).text();
  const page = await read();
  other.exec("BEGIN EXCLUSIVE");
  expect(await read()).toBe(page);
  other.exec("COMMIT");
  await read();
  expect(events[1]).toContain("database is locked");
  expect(events.at(-1)).toBe("fwd=stale; fwd-status=304");
  for (const open of [db, other]) open.close();
});

it("sqliteStore creates its table again after somebody has dropped it", async () => {
  const server = await serveUsers();
  const db = new DatabaseSync(":memory:");
  const remembering = conditionalFetch({ store: sqliteStore(db) });
  const read = async () => {
    const response = await remembering(server.url);
    await response.text();
    return isNotModified(response);
  };
  expect([await read(), await read()]).toEqual([false, true]);
  db.exec("DROP TABLE entity_tag_responses");
  // The first request finds no table, the second one creates it and keeps its answer.
  expect([await read(), await read(), await read()]).toEqual([false, false, true]);
  db.close();
});

it.each([1.5, Infinity])("sqliteStore accepts %d as the largest number of answers", async (maxEntries) => {
  const server = await serveUsers();
  const events: string[] = [];
  const store = sqliteStore(new DatabaseSync(":memory:"), { maxEntries });
  const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
  for (let nth = 0; nth < 2; nth++) await (await remembering(server.url)).text();
  expect(events).toEqual(["fwd=uri-miss; fwd-status=200; stored", "fwd=stale; fwd-status=304"]);
});

describe("sqliteStore: several processes on one file", () => {
  it("several processes write at the same time without a failure, and each finds the answers of the others", async () => {
    const server = await serveUsers();
    const file = join(folder, "processes.sqlite");
    const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, [program, file, server.url]));
    for (const { stdout } of await Promise.all(runs)) expect(stdout).toBe("60 answers, 0 failures\n");
    const db = new DatabaseSync(file);
    expect(isNotModified(await conditionalFetch({ store: sqliteStore(db) })(`${server.url}/3`))).toBe(true);
    db.close();
  });
});

describe("memoryStore is bounded", () => {
  it("memoryStore limits entries and octets, and removes the least recently used first", async () => {
    const server = await serveUsers();
    const asked = async (options: { maxEntries?: number; maxBytes?: number }) => {
      const remembering = conditionalFetch({ store: memoryStore(options) });
      for (const path of ["a", "b", "a", "c"]) await (await remembering(`${server.url}/${path}`)).text();
      const kept = [];
      for (const path of ["a", "b", "c"])
        kept.push(isNotModified(await remembering(`${server.url}/${path}`)));
      return kept;
    };
    expect(await asked({})).toEqual([true, true, true]);
    expect(await asked({ maxEntries: 2 })).toEqual([true, false, true]);
    expect(await asked({ maxBytes: 6000 })).toEqual([true, false, true]);
  });

  it("memoryStore does not remove the others for an answer that is larger than its bound", async () => {
    const server = await open.serve((req, res) => {
      if (req.headers["if-none-match"]) return res.writeHead(304).end();
      return res.writeHead(200, { ETag: '"1"' }).end(req.url === "/large" ? "x".repeat(20_000) : "Hello");
    });
    const remembering = conditionalFetch({ store: memoryStore({ maxBytes: 20_000 }) });
    const ask = async (path: string) => {
      const response = await remembering(server.url + path);
      await response.text();
      return isNotModified(response);
    };
    for (const path of ["/a", "/large", "/b"]) await ask(path);
    expect([await ask("/a"), await ask("/large"), await ask("/b")]).toEqual([true, false, true]);
  });
});
