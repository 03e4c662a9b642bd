// Runs inside Jest, in a folder with nothing but the packed packages: `require.test.ts` copies it there.
const { entries } = require("./entries.json");

test.each(entries)("Jest requires %s", (name) => {
  expect(Object.keys(require(name)).length).toBeGreaterThan(0);
});

test("core judges, tags a body, and checks options", async () => {
  const { conditional } = require("@entity-tag/core/fetch");
  const handler = conditional(() => Response.json({ hello: "world" }));
  const etag = (await handler(new Request("http://localhost/"))).headers.get("ETag");
  expect(etag).toMatch(/^W\/"/);
  const again = new Request("http://localhost/", { headers: { "If-None-Match": etag } });
  expect((await handler(again)).status).toBe(304);
  expect(() => conditional(() => new Response(), { requir: true })).toThrow(/did you mean `require`/);
  const refused = conditional(() => new Response("secret"), {
    current: () => new Response(null, { status: 401 }),
  });
  expect((await refused(again)).status).toBe(401);
});

test("a guard of Node's requests refuses a stale write over a socket", async () => {
  const { checkPreconditions } = require("@entity-tag/node");
  const server = require("node:http").createServer((req, res) => {
    if (!checkPreconditions(req, res, { etag: '"v1"' }, { require: true })) res.end("Hello");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const put = async (headers) => (await fetch(url, { method: "PUT", headers, body: "text" })).status;
  expect([await put({}), await put({ "If-Match": '"v0"' }), await put({ "If-Match": '"v1"' })]).toEqual([
    428, 412, 200,
  ]);
  expect((await fetch(url, { headers: { "If-None-Match": '"v1"' } })).status).toBe(304);
  server.closeAllConnections();
  server.close();
});

test("the store keeps both of two writers from winning", async () => {
  const { resource } = require("@entity-tag/store");
  const { memoryStore } = require("@entity-tag/store/memory");
  const notes = resource(memoryStore(), { require: true });
  const put = (headers) =>
    notes(
      new Request("http://localhost/home", {
        method: "PUT",
        headers: { ...headers, "Content-Type": "application/json" },
        body: "{}",
      }),
    );
  const created = await put({ "If-None-Match": "*" });
  expect(created.status).toBe(201);
  const stale = { "If-Match": created.headers.get("ETag") };
  const statuses = (await Promise.all([put(stale), put(stale)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([204, 412]);
});

// Jest has an `Error` of its own: the errors of node:sqlite are not instances of it.
test("the store says that its table of SQLite is missing", async () => {
  const { DatabaseSync } = require("node:sqlite");
  const { sqliteStore } = require("@entity-tag/store/sqlite");
  const store = sqliteStore(new DatabaseSync(":memory:"));
  await expect(store.read("home")).rejects.toThrow(/Call createTable\(\) first/);
});

test("the client tells its errors apart", async () => {
  const { HttpError, update } = require("@entity-tag/client");
  const fetch = async () => new Response(null, { status: 403 });
  const failed = await update("http://localhost/", (text) => text, { fetch }).catch((error) => error);
  expect(failed).toBeInstanceOf(HttpError);
  expect(failed.status).toBe(403);
});

test("the client gives up at once on a url that no fetch can use", async () => {
  const { read } = require("@entity-tag/client");
  await expect(read("http://")).rejects.toThrow("give an absolute one");
});

// Jest has a `Date` of its own, too: the time of a file is not an instance of it.
test("the time of a file is a time", () => {
  const { evaluate, timeTag } = require("@entity-tag/core");
  const { mtime } = require("node:fs").statSync(__filename);
  expect(mtime instanceof Date).toBe(false);
  expect(timeTag(mtime)).toBe(timeTag(mtime.getTime()));
  const headers = new Headers({ "If-Modified-Since": new Date(mtime.getTime() + 1000).toUTCString() });
  expect(evaluate({ method: "GET", headers }, { lastModified: mtime }).outcome).toBe("not-modified");
});
