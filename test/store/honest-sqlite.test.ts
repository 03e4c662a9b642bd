import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { resource } from "@entity-tag/store";
import { type SqliteDatabase, sqliteStore } from "@entity-tag/store/sqlite";
import Libsql from "libsql";
import { afterAll, describe, expect, test, vi } from "vitest";
import { request } from "./mutate/requests.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The limit in the README, two seconds for a read and two for a write, and more for a slow machine. */
const WAIT_TIMEOUT_MS = 6_000;

const folder = mkdtempSync(join(tmpdir(), "honest-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Database extends SqliteDatabase {
  exec(sql: string): unknown;
  close(): unknown;
}

let files = 0;
const newFile = () => join(folder, `${++files}.db`);

/** `libsql` has the interface of better-sqlite3, and its default: it may block the event loop for five seconds. */
const libraries: [name: string, open: (path: string) => Database][] = [
  ["node:sqlite", (path) => new DatabaseSync(path)],
  ["libsql", (path) => new Libsql(path, { timeout: 5_000 }) as Database],
];

const put = (content: unknown, headers = {}) => request("PUT", headers, JSON.stringify(content));

describe.each(libraries)("SQLite by %s", (_, open) => {
  test("a file in WAL mode that another process has locked gets a 503 within its time limit, and the event loop is not blocked", async () => {
    const path = newFile();
    const [db, other] = [open(path), open(path)];
    other.exec("PRAGMA journal_mode = WAL");
    const store = await sqliteStore<unknown>(db).createTable();
    const pages = resource(store, { key: "home" });
    other.exec("BEGIN IMMEDIATE");
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const start = performance.now();
    const writes = [put("a"), put("b", { "Idempotency-Key": "k" }), put("c")];
    for (const answer of await Promise.all(writes.map((write) => pages(write)))) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).not.toBeNull();
    }
    expect(performance.now() - start).toBeLessThan(WAIT_TIMEOUT_MS);
    clearInterval(watch);
    expect(longest).toBeLessThan(1_500);
    expect((await pages(request("GET"))).status).toBe(404);
    other.exec("ROLLBACK");
    expect((await pages(put("d"))).status).toBe(201);
    other.close();
  });

  test("a write to a read-only database gets a 503, and to a full one a 507", async () => {
    const db = open(newFile());
    const store = await sqliteStore<unknown>(db).createTable();
    const pages = resource(store, { key: "home", maxBytes: 10_000_000 });
    db.exec("PRAGMA query_only = ON");
    expect((await pages(put("a"))).status).toBe(503);
    expect((await pages(put("a", { "Idempotency-Key": "k" }))).status).toBe(503);
    db.exec("PRAGMA query_only = OFF");
    db.exec("PRAGMA max_page_count = 10");
    for (const headers of [{}, { "Idempotency-Key": "k" }]) {
      const answer = await pages(put("x".repeat(1_000_000), headers));
      expect([answer.status, answer.headers.has("Retry-After")]).toEqual([507, true]);
    }
    expect((await pages(request("GET"))).status).toBe(404);
    db.exec("PRAGMA max_page_count = 1000000");
    expect((await pages(put("a", { "Idempotency-Key": "k" }))).status).toBe(201);
  });

  test("a write whose journal cannot be opened gets a 503, and nothing is written", async () => {
    const path = newFile();
    const db = open(path);
    const pages = resource(await sqliteStore<unknown>(db).createTable(), { key: "home" });
    mkdirSync(`${path}-journal`);
    for (const headers of [{}, { "Idempotency-Key": "k" }]) {
      const answer = await pages(put("a", headers));
      expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
    }
    rmSync(`${path}-journal`, { recursive: true });
    expect((await pages(put("a", { "Idempotency-Key": "k" }))).status).toBe(201);
    db.close();
  });

  test("a read and a write of a closed database get a 503", async () => {
    const db = open(newFile());
    const pages = resource(await sqliteStore<unknown>(db).createTable(), { key: "home" });
    db.close();
    const keyed = put("a", { "Idempotency-Key": "k" });
    for (const each of [request("GET"), put("a"), keyed]) expect((await pages(each)).status).toBe(503);
  });

  test("a damaged file, or a file that is not a database, is an error that says so, and nothing is written", async () => {
    const path = newFile();
    const db = open(path);
    const store = await sqliteStore<unknown>(db).createTable();
    for (let i = 0; i < 200; i++) await store.swap(`k${i}`, null, "x".repeat(500));
    db.close();
    const file = openSync(path, "r+");
    for (let page = 5; page < 30; page++) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, page * 4096);
    closeSync(file);
    const damaged = sqliteStore<unknown>(open(path));
    const claim = { id: "a", fingerprint: "a" };
    const named = /^Cannot use the SQLite database: .*malformed\. .*integrity_check.* Nothing was written$/;
    await expect(damaged.read("k100")).rejects.toThrow(named);
    await expect(damaged.swap("k100", "v", 1)).rejects.toThrow(named);
    await expect(damaged.swap("k100", "v", 1, { claim })).rejects.toThrow(named);
    await expect(damaged.list("", { limit: 200 })).rejects.toThrow(named);
    const foreign = newFile();
    writeFileSync(foreign, "not a database ".repeat(100));
    await expect(sqliteStore(open(foreign)).createTable()).rejects.toThrow(/Nothing was written$/);
  });

  test("a row whose value cannot be read does not hide the others, and a PUT repairs it", async () => {
    const db = open(newFile());
    const store = await sqliteStore<unknown>(db).createTable();
    for (const key of ["a", "b", "c"]) await store.swap(key, null, { key });
    db.exec("UPDATE entity_tag SET value = 'not JSON' WHERE key = 'b'");
    const list = resource(store, { key: () => ({ prefix: "" }) });
    const { items } = await (await list(request("GET"))).json();
    expect(items.map(({ key, unreadable }: { key: string; unreadable?: true }) => [key, unreadable])).toEqual(
      [
        ["a", undefined],
        ["b", true],
        ["c", undefined],
      ],
    );
    const b = resource(store, { key: "b", validate: () => true });
    expect((await b(request("GET"))).status).toBe(500);
    expect((await b(request("PATCH", { "Content-Type": "application/merge-patch+json" }, "{}"))).status).toBe(
      409,
    );
    expect((await b(put("again", { "If-Match": items[1].etag }))).status).toBe(204);
    expect((await store.read("b"))?.value).toBe("again");
    db.close();
  });

  test.each(["9e18", "-9e18", "'yesterday'", "99999999999999"])(
    "a time %s that was written by hand does not hide its row",
    async (time) => {
      const db = open(newFile());
      const store = await sqliteStore<unknown>(db).createTable();
      for (const key of ["a", "b"]) await store.swap(key, null, key);
      db.exec(`UPDATE entity_tag SET last_modified = ${time} WHERE key = 'b'`);
      for (const tag of ["version", "time+version"] as const) {
        const list = await resource(store, { key: () => ({ prefix: "" }), tag })(request("GET"));
        expect((await list.json()).items).toMatchObject([{ value: "a" }, { value: "b" }]);
        const b = resource(store, { key: "b", tag });
        const etag = (await b(request("GET"))).headers.get("ETag")!;
        expect((await b(put("b", { "If-Match": etag, "Idempotency-Key": tag }))).status).toBe(204);
      }
      db.close();
    },
  );

  test("a ledger whose entries have all expired has room again, even if its limit is lower now", async () => {
    const db = open(newFile());
    const store = await sqliteStore<unknown>(db).createTable();
    const keyed = (pages: ReturnType<typeof resource>, key: string) =>
      pages(put(key, { "Idempotency-Key": key }));
    for (let i = 0; i < 100; i++) await keyed(resource(store, { key: "home" }), `old-${i}`);
    db.exec("UPDATE entity_tag_ledger SET expires = 1");
    const smaller = resource(sqliteStore<unknown>(db, { ledger: { maxEntries: 10 } }), { key: "home" });
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push((await keyed(smaller, `new-${i}`)).status);
    // Each write removes some of them.
    expect(statuses.slice(-4)).toEqual([204, 204, 204, 204]);
    db.close();
  });

  test("the 503 to a read has the text for a read", async () => {
    const path = newFile();
    const [db, other] = [open(path), open(path)];
    const pages = resource(await sqliteStore<unknown>(db).createTable(), { key: "home" });
    other.exec("BEGIN EXCLUSIVE");
    const answer = await pages(request("GET"));
    expect(answer.status).toBe(503);
    expect((await answer.json()).detail).not.toMatch(/writers|changed/);
    other.exec("ROLLBACK");
    other.close();
  });
});

test("hundreds of writes of SQLite that come together let the event loop turn", async () => {
  const db = new DatabaseSync(newFile());
  const store = await sqliteStore<unknown>(db).createTable();
  let [turns, longest, last] = [0, 0, performance.now()];
  const turning = setInterval(() => {
    turns++;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const start = performance.now();
  const swaps = await Promise.all(Array.from({ length: 300 }, (_, i) => store.swap(`k${i}`, null, i)));
  clearInterval(turning);
  expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(300);
  expect(turns).toBeGreaterThan(3);
  expect(longest).toBeLessThan(Math.max(500, (performance.now() - start) / 3));
  db.close();
});

test("SQLite seeks a deep page of a collection, and does not scan the rows before it", async () => {
  const db = new DatabaseSync(":memory:");
  const asked: string[] = [];
  const watching = {
    prepare(sql: string) {
      asked.push(sql);
      return db.prepare(sql);
    },
  };
  const store = await sqliteStore<number>(watching).createTable();
  await store.swap("b", null, 1);
  expect(await store.list("", { limit: 2, after: "a" })).toHaveLength(1);
  const [plan] = db.prepare(`EXPLAIN QUERY PLAN ${asked.at(-1)}`).all("a", 2) as { detail: string }[];
  expect(plan?.detail).toMatch(/SEARCH .* \(key>\?\)$/);
});

test("a write of SQLite that waits for the event loop is not made when its client leaves", async () => {
  const db = new DatabaseSync(":memory:");
  const slow = {
    prepare(sql: string) {
      const statement = db.prepare(sql);
      const run = (...values: SQLInputValue[]) => {
        for (const start = performance.now(); performance.now() - start < 1; );
        return statement.run(...values);
      };
      return { run, all: statement.all.bind(statement) };
    },
  };
  const store = await sqliteStore<number>(slow).createTable();
  const leaving = new AbortController();
  const writes = Array.from({ length: 200 }, (_, i) =>
    store.swap(String(i), null, i, { signal: leaving.signal }),
  );
  leaving.abort(new Error("The client left"));
  const outcomes = await Promise.allSettled(writes);
  const made = outcomes.filter(({ status }) => status === "fulfilled").length;
  expect(made).toBeLessThan(200);
  expect(await store.list("", { limit: 1000, values: false })).toHaveLength(made);
});
