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

const makers: [name: string, make: (options: object) => unknown][] = [
  ["memoryStore", (options) => memoryStore(options)],
  ["sqliteStore", (options) => sqliteStore(new DatabaseSync(":memory:"), options)],
  ["postgresStore", (options) => postgresStore(database, options)],
  ["redisStore", (options) => redisStore(redis, options)],
  ["denoKvStore", (options) => denoKvStore({} as never, options)],
  ["resource", (options) => resource(store, options)],
];

test.each(makers)("%s refuses an option that it does not have, and says which was meant", (name, make) => {
  const misspelt = name === "resource" ? { required: true } : { ledgr: {} };
  const meant = name === "resource" ? /did you mean `require`/ : /did you mean `ledger`/;
  expect(() => make(misspelt)).toThrow(TypeError);
  expect(() => make(misspelt)).toThrow(meant);
});

test.each(makers.slice(0, -1))("%s refuses a ledger without limits that are numbers", (_, make) => {
  for (const ledger of [[], { maxAge: 0 }, { maxEntries: 1.5 }, { maxage: 1 }, "1 day", 86_400]) {
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

test("mutate refuses a change that is not a function", async () => {
  await expect(mutate(request("POST"), store, "a", 5 as never)).rejects.toThrow(/mutate\(\) was given 5/);
});
