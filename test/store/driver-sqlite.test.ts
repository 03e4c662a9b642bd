import { fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { resource, StoreBusyError } from "@entity-tag/store";
import { type SqliteDatabase, type SqliteOptions, sqliteStore } from "@entity-tag/store/sqlite";
import Libsql from "libsql";
import { afterAll, expect, test, vi } from "vitest";
import { refusedCommit } from "./contract/sqlite-locks.ts";
import { request } from "./mutate/requests.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface SafeIntegers {
  defaultSafeIntegers(isOn: boolean): SqliteDatabase;
}

const folder = mkdtempSync(join(tmpdir(), "driver-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function newFile(): string {
  return join(folder, `${++files}.db`);
}

test("sqliteStore's swap does not succeed when its commit is refused", async () => {
  await refusedCommit(sqliteStore, (path) => new DatabaseSync(path), newFile());
});

test("a tag from before a file was restored from a backup is never accepted for a later version", async () => {
  const [live, backup] = [newFile(), newFile()];
  const put = (headers: Record<string, string>, content: string) => request("PUT", headers, `"${content}"`);
  async function on<R>(work: (pages: ReturnType<typeof resource>) => Promise<R>): Promise<R> {
    const db = new DatabaseSync(live);
    const result = await work(resource(await sqliteStore<unknown>(db).createTable(), { key: "home" }));
    db.close();
    return result;
  }
  const tagOf = (response: Response) => response.headers.get("ETag")!;
  const first = await on(async (pages) => tagOf(await pages(put({}, "first"))));
  copyFileSync(live, backup);
  const keyed = { "If-Match": first, "Idempotency-Key": "k" };
  const lost = await on(async (pages) => tagOf(await pages(put(keyed, "lost"))));
  copyFileSync(backup, live);
  await on(async (pages) => {
    expect((await pages(put({ "If-Match": lost }, "x"))).status).toBe(412);
    expect((await pages(request("GET", { "If-None-Match": lost }))).status).toBe(200);
    // The backup lacks the entry in the ledger, too, so the repeat is made again.
    const again = await pages(put(keyed, "lost"));
    expect(again.status).toBe(204);
    expect(tagOf(again)).not.toBe(lost);
    expect((await pages(put({ "If-Match": lost }, "x"))).status).toBe(412);
  });
});

test("sqliteStore waits for a lock that is held for a moment, while the event loop goes on", async () => {
  const path = newFile();
  const [db, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  const store = await sqliteStore<string>(db).createTable();
  other.exec("BEGIN EXCLUSIVE");
  setTimeout(() => other.exec("COMMIT"), 100);
  const [swap, read, member] = await Promise.all([
    store.swap("a", null, "value"),
    store.read("b"),
    store.list("b", { limit: 1 }),
  ]);
  expect([swap.swapped, read, member]).toEqual([true, null, []]);
});

test("sqliteStore throws StoreBusyError when a lock is held for long", async () => {
  const path = newFile();
  const [db, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  const store = await sqliteStore<string>(db).createTable();
  other.exec("BEGIN EXCLUSIVE");
  const [swap, read] = await Promise.allSettled([store.swap("a", null, "value"), store.read("a")]);
  expect(swap).toMatchObject({ status: "rejected", reason: expect.any(StoreBusyError) });
  expect(read).toMatchObject({ status: "rejected", reason: expect.any(StoreBusyError) });
  other.exec("COMMIT");
  expect(await store.read("a")).toBeNull();
});

test("sqliteStore stops waiting for a lock when the signal aborts", async () => {
  const path = newFile();
  const [db, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  const store = await sqliteStore<string>(db).createTable();
  other.exec("BEGIN EXCLUSIVE");
  const signal = AbortSignal.timeout(50);
  await expect(store.swap("a", null, "value", { signal })).rejects.toMatchObject({ name: "TimeoutError" });
  other.exec("COMMIT");
});

test("sqliteStore makes its table once, from four processes at the same time", async () => {
  const path = newFile();
  const children = Array.from({ length: 4 }, () =>
    fork(`${import.meta.dirname}/contract/runtimes/create-table.ts`, [path]),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  for (const child of children) child.send("go");
  expect(await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]))).toEqual([
    0, 0, 0, 0,
  ]);
  const store = await sqliteStore<string>(new DatabaseSync(path)).createTable();
  expect(await store.list("", { limit: 9 })).toHaveLength(4);
});

test("sqliteStore's table is laid out as the README says", async () => {
  const db = new DatabaseSync(newFile());
  const store = await sqliteStore<unknown>(db, { table: "pages" }).createTable();
  await store.swap("home", null, { content: "Hello" }, { writeId: "m" });
  const row = db.prepare("SELECT * FROM pages").get();
  const { version, lastModified } = (await store.read("home"))!;
  expect({ ...row }).toEqual({
    key: "home",
    value: '{"content":"Hello"}',
    version,
    last_modified: lastModified,
    octets: null,
    write_id: "m",
  });
});

test("sqliteStore keeps a version's time from going back when the clock does", async () => {
  const db = new DatabaseSync(newFile());
  const store = await sqliteStore<string>(db).createTable();
  const first = await store.swap("a", null, "value");
  const future = Date.now() + 86_400_000;
  db.exec(`UPDATE entity_tag SET last_modified = ${future}`);
  const second = await store.swap("a", first.swapped ? first.current!.version : null, "next");
  expect(second.swapped && second.current?.lastModified).toBe(future);
});

test("sqliteStore refuses an invalid table name, and half a codec", () => {
  const db = new DatabaseSync(":memory:");
  const names = ["", "a b", 'a"b', "1a", "a.b.c", ".a", "a.", "é", "a;--", "x".repeat(64), 'entity_tag" --'];
  for (const table of [...names, 7 as never]) {
    expect(() => sqliteStore(db, { table }), String(table)).toThrow(TypeError);
  }
  for (const table of ["a", "_", "Select", "main.pages", "x".repeat(63)]) sqliteStore(db, { table });
  const half: SqliteOptions<string> = { encode: () => new Uint8Array() };
  expect(() => sqliteStore(db, half)).toThrow(/without decode/);
});

test("sqliteStore without its table names the table that is missing, and the call that makes it", async () => {
  const store = sqliteStore(new DatabaseSync(":memory:"), { table: "pages" });
  await expect(store.read("a")).rejects.toThrow(/pages.*createTable/s);
  await expect(store.swap("a", null, "value")).rejects.toThrow(/pages.*createTable/s);
});

test("sqliteStore's createTable names the columns that a table lacks, and the statements that add them work", async () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE pages (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)");
  db.exec(`INSERT INTO pages VALUES ('a', '"first"'), ('b', '"second"')`);
  const store = sqliteStore<string>(db, { table: "pages" });
  await expect(store.read("a")).rejects.toThrow(/"pages".*createTable/s);
  const error = await store.createTable().catch((error: unknown) => error);
  const { message } = error as TypeError;
  expect(error).toBeInstanceOf(TypeError);
  expect(message).toContain(
    'the table "pages": it has no column octets, version, last_modified, write_id. Run: ',
  );
  db.exec(message.split("Run: ")[1]!);
  await store.createTable();
  const [a, b] = [(await store.read("a"))!, (await store.read("b"))!];
  expect([a.value, b.value, a.version === b.version]).toEqual(["first", "second", false]);
  expect((await store.swap("a", a.version, "third")).swapped).toBe(true);
});

test("sqliteStore's createTable refuses a table that another program made", async () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE pages (title TEXT)");
  await expect(sqliteStore(db, { table: "pages" }).createTable()).rejects.toThrow(
    /has no column key, value, .*Use another table$/,
  );
});

test("sqliteStore's createTable refuses a database in UTF-16, which sorts keys in another order", async () => {
  for (const encoding of ["UTF-16le", "UTF-16be"]) {
    const db = new DatabaseSync(":memory:");
    db.exec(`PRAGMA encoding = '${encoding}'`);
    await expect(sqliteStore(db).createTable()).rejects.toThrow(
      `Cannot list keys in order in a database with the encoding ${encoding}. Use one with UTF-8`,
    );
    expect(db.prepare("SELECT name FROM sqlite_schema").all()).toEqual([]);
    db.close();
  }
});

test.each<[name: string, open: () => SqliteDatabase]>([
  ["bigints for integers", () => new DatabaseSync(":memory:", { readBigInts: true } as object)],
  ["arrays for rows", () => new DatabaseSync(":memory:", { returnArrays: true } as object)],
  [
    "the safe integers of better-sqlite3",
    () => (new Libsql(":memory:") as unknown as SafeIntegers).defaultSafeIntegers(true),
  ],
])("sqliteStore works on a connection that gives %s", async (_, open) => {
  const store = await sqliteStore<number>(open()).createTable();
  const handler = resource(store, { key: "home" });
  const put = () => handler(request("PUT", { "Idempotency-Key": "k" }, "1.0"));
  const [first, again] = [await put(), await put()];
  expect([first.status, again.status]).toEqual([201, 201]);
  for (const name of ["ETag", "Last-Modified", "Location"])
    expect(again.headers.get(name)).toBe(first.headers.get(name));
  const read = await handler(request("GET"));
  expect([read.headers.get("Last-Modified"), await read.json()]).toEqual([
    first.headers.get("Last-Modified"),
    1,
  ]);
  expect(await store.list("", { limit: 2 })).toHaveLength(1);
});

test("sqliteStore serves a row that was changed by hand: its version has a space, or its octets are a text", async () => {
  const db = new DatabaseSync(":memory:");
  const store = await sqliteStore<unknown>(db).createTable();
  const handler = resource(store, { key: (each) => (each.url.endsWith("/") ? { prefix: "" } : "home") });
  await handler(request("PUT", {}, '{ "n":1 }'));
  db.exec(`UPDATE entity_tag SET value = '{"n":2}', octets = '{ "n":2 }', version = datetime()`);
  const read = await handler(request("GET"));
  expect([read.status, await read.text()]).toEqual([200, '{ "n":2 }']);
  const page = await (await handler(request("GET", {}, undefined, "/"))).json();
  expect(page.items[0].value).toEqual({ n: 2 });
  const headers = { "If-Match": read.headers.get("ETag")! };
  expect((await handler(request("PUT", headers, { n: 3 }))).status).toBe(204);
  expect((await handler(request("PUT", headers, { n: 4 }))).status).toBe(412);
});
