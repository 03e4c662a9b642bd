import { DatabaseSync } from "node:sqlite";
import { mutate, resource } from "@entity-tag/store";
import { denoKvStore } from "@entity-tag/store/deno-kv";
import { memoryStore } from "@entity-tag/store/memory";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { expect, test } from "vitest";
import { request } from "./mutate/requests.ts";

const store = memoryStore<number>();
const database = { query: async () => ({ rows: [] }) };
const redis = { sendCommand: async () => null };
const denoKv = { get() {}, getMany() {}, atomic() {}, list() {} } as never;

const makers: [name: string, make: (options: object) => unknown][] = [
  ["memoryStore", (options) => memoryStore(options)],
  ["sqliteStore", (options) => sqliteStore(new DatabaseSync(":memory:"), options)],
  ["postgresStore", (options) => postgresStore(database, options)],
  ["redisStore", (options) => redisStore(redis, options)],
  ["denoKvStore", (options) => denoKvStore(denoKv, options)],
  ["resource", (options) => resource(store, options)],
];

test.each(makers)("%s refuses an unknown option, and says which one was meant", (name, make) => {
  const misspelt = name === "resource" ? { required: true } : { ledgr: {} };
  const meant = name === "resource" ? /did you mean `require`/ : /did you mean `ledger`/;
  expect(() => make(misspelt)).toThrow(TypeError);
  expect(() => make(misspelt)).toThrow(meant);
});

test.each(makers.slice(0, -1))("%s refuses a ledger without limits that are numbers", (_, make) => {
  for (const ledger of [
    [],
    new Map(),
    Promise.resolve({}),
    new Date(0),
    { maxAge: 0 },
    { maxEntries: 1.5 },
    { maxEntries: 1e300 },
    { maxAge: 2_147_483_648 },
    { maxage: 1 },
    "1 day",
    86_400,
  ]) {
    expect(() => make({ ledger }), JSON.stringify(ledger)).toThrow(TypeError);
  }
});

test.each([
  { require: ["put"] },
  { codings: "gzip" },
  { validate: true },
  { mustExist: 1 },
  { post: "create" },
  { curent: () => null },
  { requre: true },
  { maxBytes: null },
  { contentType: null },
  { maxItems: "10" },
  { cacheControl: "a\nb" },
  { key: 5 },
  { tag: "time" },
])("resource refuses %o", (options) => {
  expect(() => resource(store, options as never)).toThrow(TypeError);
});

test.each([
  { required: true },
  { policy: { require: true } },
  { maxSwap: 3 },
  { scope: "me" },
  { location: 7 },
  { location: "/日本" },
  { location: "/a\r\nSet-Cookie: b" },
  { signal: "now" },
  { signal: null },
])("mutate refuses %o", async (options) => {
  await expect(mutate(request("POST"), store, "a", () => 1, options as never)).rejects.toThrow(TypeError);
  expect(await store.read("a")).toBeNull();
});

test("resource and mutate say that the members of a policy are given by themselves", async () => {
  const policy = { policy: { require: true } } as never;
  expect(() => resource(store, policy)).toThrow(/give its members by themselves, as in { require: true }/);
  await expect(mutate(request("POST"), store, "a", () => 1, policy)).rejects.toThrow(/by themselves/);
});

test.each([undefined, null, {}, new Map(), sqliteStore, Promise.resolve(store)])(
  "resource and mutate refuse %o as a store",
  async (given) => {
    expect(() => resource(given as never)).toThrow(
      /^resource\(\) was given .*: (use a store|await it first)/,
    );
    await expect(mutate(request("POST"), given as never, "a", () => 1)).rejects.toThrow(
      /^mutate\(\) was given/,
    );
  },
);

test.each([5, undefined, { n: 1 }])("mutate refuses the change %o", async (change) => {
  const answer = mutate(request("POST"), store, "a", change as never);
  await expect(answer).rejects.toThrow(/mutate\(\), as the change, was given .*use a function/);
});

class Client {
  query = 1;
}

const wrongClients: [name: string, make: (client: never) => unknown, use: RegExp][] = [
  ["sqliteStore", sqliteStore, /use a database, such as new DatabaseSync\("file\.db"\)$/],
  ["postgresStore", postgresStore, /use a client: new Pool\(\{ connectionString \}\) of pg, .* PGlite$/],
  ["redisStore", redisStore, /use a client: createClient\(\{ url \}\) of redis, .* primary$/],
  ["denoKvStore", denoKvStore, /use a database, such as await Deno\.openKv\(\)$/],
];

test.each(wrongClients)(
  "%s refuses a value that is not a client, shows it, and says what to give",
  (name, make, use) => {
    const given: [client: unknown, shown: string][] = [
      ["file.db", '"file.db"'],
      [{}, "{}"],
      [{ connectionString: "x" }, '{"connectionString":"x"}'],
      [null, "null"],
      [undefined, "undefined"],
      [7, "7"],
      [Client, "a function"],
      [new Map(), "a Map"],
      [new Client(), "a Client"],
    ];
    for (const [client, shown] of given) {
      expect(() => make(client as never), shown).toThrow(TypeError);
      expect(() => make(client as never), shown).toThrow(`${name}() was given ${shown}: `);
      expect(() => make(client as never), shown).toThrow(use);
    }
    const promise = Promise.resolve({}) as never;
    expect(() => make(promise)).toThrow(`${name}() was given a promise: await it first`);
  },
);

test("an error about a client does not show a password", () => {
  const url = "postgres://ann:secret@localhost/test";
  for (const config of [url, { connectionString: url }, { user: "ann", password: "secret" }]) {
    expect(() => postgresStore(config as never)).toThrow(/ann/);
    expect(() => postgresStore(config as never)).not.toThrow(/secret/);
  }
});

test.each(["app", [], [1], ["a", 2]])("denoKvStore refuses the prefix %o", (prefix) => {
  expect(() => denoKvStore(denoKv, { prefix } as never)).toThrow(/`prefix` is .*: use a list of strings/);
});

test("denoKvStore refuses a number of entries, which Deno KV cannot bound", () => {
  expect(() => denoKvStore(denoKv, { ledger: { maxEntries: 5 } } as never)).toThrow(
    /`ledger` is \{"maxEntries":5\}: use an object such as \{ maxAge: 86400 \}$/,
  );
});

type Loose = Record<"read" | "swap" | "readUnless" | "list", (...args: unknown[]) => Promise<unknown>>;
const loose = store as unknown as Loose;
const find = store.ledger.find as unknown as (...args: unknown[]) => Promise<unknown>;

test.each<[name: string, call: () => Promise<unknown>, message: RegExp]>([
  [
    "undefined as the expected version",
    () => loose.swap("w", undefined, 1),
    /undefined: use a version .*or null/,
  ],
  ["a number as the expected version", () => loose.swap("w", 1, 1), /as the expected version, was given 1/],
  ["no next value", () => loose.swap("w", null), /Cannot store undefined/],
  ["a misspelt option of swap", () => loose.swap("w", null, 1, { octet: 1 }), /did you mean `octets`/],
  ["options that are a text", () => loose.swap("w", null, 1, "x"), /swap\(\) was given "x"/],
  [
    "octets that are a text",
    () => loose.swap("w", null, 1, { octets: "x" }),
    /`octets` is "x": use a Uint8Array/,
  ],
  ["a claim without an id", () => loose.swap("w", null, 1, { claim: {} }), /`claim` is \{\}/],
  ["a write id that is a number", () => loose.swap("w", null, 1, { writeId: 7 }), /`writeId` is 7/],
  [
    "a signal that is not an AbortSignal",
    () => loose.swap("w", null, 1, { signal: {} }),
    /use an AbortSignal/,
  ],
  ["a misspelt option of read", () => loose.read("w", { sinal: 1 }), /did you mean `signal`/],
  ["no versions", () => loose.readUnless("w"), /use a list of versions, or "\*"/],
  ["one version instead of a list", () => loose.readUnless("w", "v1"), /was given "v1": use a list/],
  ["a list without options", () => loose.list(""), /use options such as \{ limit: 100 \}/],
  ["a list without a limit", () => loose.list("", {}), /use options such as \{ limit: 100 \}/],
  ["a limit of 0", () => loose.list("", { limit: 0 }), /`limit` is 0: use a whole number above 0/],
  ["a limit that is a text", () => loose.list("", { limit: "10" }), /`limit` is "10"/],
  ["a misspelt option of list", () => loose.list("", { limit: 1, value: false }), /did you mean `values`/],
  ["no id", () => find("w"), /as the id, was given undefined/],
])("a store refuses %s", async (_, call, message) => {
  const error = await call().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as TypeError).message).toMatch(message);
  expect(await store.read("w")).toBeNull();
});

test("createTable refuses a value that is not a signal", async () => {
  const made = sqliteStore(new DatabaseSync(":memory:")) as unknown as {
    createTable(options: unknown): Promise<unknown>;
  };
  await expect(made.createTable({ sinal: 1 })).rejects.toThrow(/did you mean `signal`/);
});

test.each([
  undefined,
  "http://localhost/a",
  { method: "POST", headers: {} },
  { method: "GET", url: "/a", headers: {} },
])("resource and mutate refuse %o as a request", async (given) => {
  await expect(mutate(given as never, store, "w", () => 1)).rejects.toThrow(
    /^mutate\(\) was given .*: use a Request/,
  );
  await expect(resource(store)(given as never)).rejects.toThrow(/^The handler of resource\(\) was given/);
  expect(await store.read("w")).toBeNull();
});

test("resource and mutate say which Request they need, because Fastify and Koa have others of that name", async () => {
  class Request {
    raw = {};
  }
  const message =
    /given another kind of Request: use a Request of the Web platform\. https:\/\/.*mounting\.md/;
  await expect(mutate(new Request() as never, store, "w", () => 1)).rejects.toThrow(message);
  await expect(resource(store)(new Request() as never)).rejects.toThrow(message);
});

test.each([7, {}, { prefix: 7 }, []])("resource refuses the key %o", async (key) => {
  const handler = resource(store, { key: () => key as never });
  await expect(handler(request("GET"))).rejects.toThrow(
    /by its `key`, was given .*: use a key, \{ prefix \} or null/,
  );
});

test("mutate throws when represent returns no Response, and a store when encode returns no bytes", async () => {
  const own = memoryStore<number>();
  const represent = (value: number) => value as never;
  await expect(mutate(request("POST"), own, "w", () => 1, { represent })).rejects.toThrow(
    /by its `represent`, was given 1: use a Response/,
  );
  const texts = memoryStore<number>({ encode: (value) => String(value) as never, decode: () => 1 });
  await expect(texts.swap("w", null, 1)).rejects.toThrow(/by its `encode`, was given "1": use a Uint8Array/);
});

test("a store names the place of a member that JSON would change", async () => {
  const store = memoryStore<unknown>();
  const lost: [place: string, value: unknown][] = [
    ["NaN at /total:", { total: Number.NaN }],
    ["Infinity at /list/1:", { list: [null, Number.POSITIVE_INFINITY] }],
    ["undefined at /0:", [undefined]],
    ["a function at /a~1b/0:", { "a/b": [() => 1] }],
    ["Symbol(s) at /0:", [Symbol("s")]],
    ["an invalid Date at /due:", { due: new Date(Number.NaN) }],
    ["NaN at /sum/of:", { sum: { toJSON: () => ({ of: Number.NaN }) } }],
    ["an object:", { toJSON() {} }],
    ["a promise at /text:", { text: Promise.resolve("Hello") }],
    ["a Map:", new Map([["a", 1]])],
    ["a Set at /tags:", { tags: new Set(["a"]) }],
    ["an Error at /list/0:", { list: [new Error("lost")] }],
    ["a Blob at /file:", { file: new Blob(["lost"]) }],
    ["a Uint8Array at /bytes:", { bytes: Uint8Array.of(1) }],
    ["an ArrayBuffer at /bytes:", { bytes: new ArrayBuffer(1) }],
  ];
  for (const [place, value] of lost) {
    await expect(store.swap("a", null, value)).rejects.toThrow(`Cannot store ${place}`);
    const put = new Request("https://example.com/a", { method: "PUT" });
    await expect(mutate(put, store, "a", () => value)).rejects.toThrow(`Cannot store ${place}`);
  }
  expect(await store.read("a")).toBeNull();
  const kept = { text: 'null {} {"0":1}', list: [null, {}], made: { toJSON: () => null }, absent: undefined };
  const own = { bare: Object.create(null), boxed: Object("a"), first: { 0: 1 }, of: new (class Empty {})() };
  await store.swap("a", null, { ...kept, ...own });
  expect((await store.read("a"))!.value).toEqual({
    ...{ text: 'null {} {"0":1}', list: [null, {}], made: null },
    ...{ bare: {}, boxed: "a", first: { 0: 1 }, of: {} },
  });
});

test.each<[value: unknown, advice: RegExp]>([
  [{ text: Promise.resolve() }, /no such value\. Await it first$/],
  [new Map(), /Store a plain object or an array, or give encode and decode$/],
  [() => 1, /Store null to delete, or give encode and decode$/],
  [[undefined], /Store null, or give encode and decode$/],
])("a store says what to store in place of %o", async (value, advice) => {
  await expect(memoryStore<unknown>().swap("a", null, value)).rejects.toThrow(advice);
});
