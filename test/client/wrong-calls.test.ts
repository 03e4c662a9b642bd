import {
  conditionalFetch,
  create,
  google,
  isNotModified,
  items,
  memoryStore,
  read,
  remove,
  stamped,
  update,
} from "@entity-tag/client";
import { cacheStorageStore } from "@entity-tag/client/cache-storage";
import { redisStore } from "@entity-tag/client/redis";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { describe, expect, it } from "vitest";

// No server listens there, so a call that sent a request would fail in another way.
const url = "http://127.0.0.1:1/";
const recipe = (value: object) => value;

/** Calls that a JavaScript program can make, but that do not compile in TypeScript. */
const loosely = <Call>(call: Call) => call as unknown as (...args: unknown[]) => unknown;

/** The message of the TypeError of a wrong call, thrown or rejected. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return "no error";
}

describe("conditionalFetch refuses", () => {
  const given = loosely(conditionalFetch);
  it.each<[string, unknown, string]>([
    [
      "fetch in place of the options",
      fetch,
      "conditionalFetch() was given a function: use { fetch: yourFunction }",
    ],
    ["null", null, "conditionalFetch() was given null: use an object of options"],
    ["a text", "cache", 'conditionalFetch() was given "cache": use an object of options'],
    [
      "a misspelt option",
      { stroe: memoryStore() },
      "conditionalFetch() has no option `stroe`: did you mean `store`?",
    ],
    [
      "an unknown option",
      { ttl: 60 },
      "has no option `ttl`: use fetch, store, fresh, partition, maxEntryBytes, onEvent",
    ],
    [
      "a Map as a store",
      { store: new Map() },
      "`store` is a Map: use a store of @entity-tag/client, such as its memoryStore()",
    ],
    [
      "a store that is not called",
      { store: memoryStore },
      "`store` is a function: use a store of @entity-tag/client, such as its memoryStore()",
    ],
    ["a freshness that is not called", { fresh: rfc9111 }, "`fresh` is a function: use rfc9111()"],
    ["true as a freshness", { fresh: true }, "`fresh` is true: use rfc9111()"],
    ["a text as a partition", { partition: "me" }, '`partition` is "me": use a function'],
    [
      "a bound that is not a number",
      { maxEntryBytes: "1MB" },
      '`maxEntryBytes` is "1MB": use a number of octets',
    ],
    ["a bound below 0", { maxEntryBytes: -1 }, "`maxEntryBytes` is -1: use a number of octets"],
    ["NaN", { maxEntryBytes: Number.NaN }, "`maxEntryBytes` is NaN"],
  ])("%s", async (_, options, words) => {
    expect(await messageOf(() => given(options))).toContain(words);
  });
});

describe("the stores refuse", () => {
  const db = { prepare: () => ({ all: () => [], run: () => {} }) };
  const client = { call: async () => null };
  it.each<[string, () => unknown, string]>([
    [
      "memoryStore: a misspelt option",
      () => loosely(memoryStore)({ maxEntires: 5 }),
      "did you mean `maxEntries`?",
    ],
    [
      "memoryStore: a bound of 0",
      () => memoryStore({ maxBytes: 0 }),
      "`maxBytes` is 0: use a number above 0",
    ],
    [
      "sqliteStore: a misspelt option",
      () => loosely(sqliteStore)(db, { tabel: "a" }),
      "did you mean `table`?",
    ],
    [
      "sqliteStore: a table name that is not valid",
      () => sqliteStore(db, { table: "a; DROP" }),
      "use letters, digits and _",
    ],
    [
      "sqliteStore: a file name",
      () => loosely(sqliteStore)("cache.sqlite"),
      'sqliteStore() was given "cache.sqlite": use a database',
    ],
    ["sqliteStore: nothing", () => loosely(sqliteStore)(), "sqliteStore() was given undefined"],
    [
      "redisStore: a misspelt option",
      () => loosely(redisStore)(client, { prefx: "a" }),
      "did you mean `prefix`?",
    ],
    [
      "redisStore: a time of 0",
      () => redisStore(client, { ttl: 0 }),
      "`ttl` is 0: use seconds, a number above 0",
    ],
    [
      "redisStore: a url",
      () => loosely(redisStore)("redis://localhost"),
      "use a client of `redis` or `ioredis`",
    ],
    ["redisStore: nothing", () => loosely(redisStore)(), "redisStore() was given undefined"],
    [
      "cacheStorageStore: a misspelt option",
      () => loosely(cacheStorageStore)({ nmae: "a" }),
      "did you mean `name`?",
    ],
    ["cacheStorageStore: without `caches`", () => cacheStorageStore(), "Cannot keep answers in `caches`"],
    ["rfc9111: an option", () => loosely(rfc9111)({ shared: true }), "rfc9111() takes no options"],
  ])("%s", async (_, call, words) => {
    expect(await messageOf(call)).toContain(words);
  });
});

describe("read, update, create and remove refuse, before anything is sent,", () => {
  const calls = {
    "read()": (options: unknown) => loosely(read)(url, options),
    "update()": (options: unknown) => loosely(update)(url, recipe, options),
    "create()": (options: unknown) => loosely(create)(url, {}, options),
    "remove()": (options: unknown) => loosely(remove)(url, options),
  };
  it.each<[string, unknown, string]>([
    ["a misspelt option", { maxAttempt: 3 }, "has no option `maxAttempt`: did you mean `maxAttempts`?"],
    ["null", null, "was given null: use an object of options"],
    ["a function in place of the options", recipe, "was given a function: use an object of options"],
    [
      "a dialect by name",
      { dialect: "google" },
      '`dialect` is "google": use a dialect, such as http or google',
    ],
    [
      "a misspelt dialect",
      { dialect: { eTag: "/etag" } },
      "the dialect has no option `eTag`: did you mean `etag`?",
    ],
    [
      "a dialect's place that is not a pointer",
      { dialect: { etag: "etag" } },
      '`etag` is "etag": use a JSON Pointer, as in "/etag"',
    ],
    [
      "a dialect's single status",
      { dialect: { conflict: 412 } },
      "`conflict` is 412: use a list of statuses, as in [412]",
    ],
    ["a method in small letters", { method: "patch" }, '`method` is "patch": use "PUT" or "PATCH"'],
    [
      "a promise of headers",
      { headers: Promise.resolve({ Authorization: "Bearer secret" }) },
      "`headers` is a Promise: use fields, or a function",
    ],
    ["the headers of a wrong kind", { headers: new Response("hello") }, "`headers` is a Response"],
    ["headers as a text", { headers: "Bearer secret" }, "use fields, or a function"],
    [
      "a condition of its own",
      { headers: { "If-Match": "*" } },
      "`headers` has If-Match, which is set for you",
    ],
    ["half an attempt", { maxAttempts: 0.5 }, "`maxAttempts` is 0.5: use an integer from 1 on"],
    ["a time-out of 0", { timeout: 0 }, "`timeout` is 0: use milliseconds above 0, or Infinity"],
    ["an AbortController in place of its signal", { signal: new AbortController() }, "use an AbortSignal"],
    ["a key that is a text", { idempotencyKey: "a" }, '`idempotencyKey` is "a": use true or a function'],
  ])("%s", async (_, options, words) => {
    for (const [where, call] of Object.entries(calls)) {
      const message = await messageOf(() => call(options));
      expect(message).toContain(words);
      expect(message.startsWith(where)).toBe(true);
    }
  });

  it.each<[string, () => unknown, string]>([
    [
      "update without a recipe",
      () => loosely(update)(url),
      "update(): the recipe is undefined: use a function of the current value",
    ],
    [
      "update with a value in place of a recipe",
      () => loosely(update)(url, { token: "secret" }),
      "the recipe is an object with token: use a function",
    ],
    ["stamped without a recipe", () => loosely(stamped)(), "stamped(): the recipe is undefined"],
    [
      "stamped with an unknown option",
      () => loosely(stamped)(recipe, { member: "_ops" }),
      "stamped() has no option `member`: use read, write, keep",
    ],
    ["stamped with one id", () => stamped(recipe, { keep: 1 }), "`keep` is 1: use an integer from 2 on"],
    [
      "a target that is not a snapshot",
      () => loosely(update)({ href: url }, recipe),
      "Cannot use an object with href as a target: use a url or a Snapshot",
    ],
    [
      "a target that contains itself",
      () => loosely(remove)(ring()),
      "Cannot use an object with self as a target",
    ],
    [
      "a tag without its quotes",
      () => remove({ url, value: 1, etag: "v 1" }),
      'Cannot use "v 1" as the etag of a Snapshot',
    ],
    ["no url", () => loosely(read)(), "Cannot use undefined as a url"],
    [
      "items without a dialect",
      () => loosely(items)([], undefined),
      "items(): `dialect` is undefined: use a dialect, such as http or google",
    ],
    [
      "items with the base in place of the dialect",
      () => loosely(items)([], url),
      'items(): `dialect` is "http://127.0.0.1:1/"',
    ],
    [
      "items with a promise as the body",
      () => loosely(items)(Promise.resolve([]), google),
      "items(): the body is a Promise without `await`: use what `await response.json()` gives",
    ],
    [
      "a promise as the url",
      () => loosely(read)(Promise.resolve(url)),
      "Cannot use a Promise without `await` as a url",
    ],
    [
      "a promise as the target",
      () => loosely(update)(Promise.resolve({ url, value: 1 }), () => 2),
      "Cannot use a Promise without `await` as a target",
    ],
    [
      "items with a Response as the body",
      () => loosely(items)(new Response("[]"), google),
      "items(): the body is a Response: use what `await response.json()` gives",
    ],
    [
      "isNotModified with a promise",
      () => loosely(isNotModified)(Promise.resolve(new Response())),
      "isNotModified() was given a Promise without `await`: use a Response, which fetch gives after `await`",
    ],
    [
      "isNotModified without an argument",
      () => loosely(isNotModified)(),
      "isNotModified() was given undefined: use a Response",
    ],
    [
      "items with a misspelt dialect",
      () => loosely(items)([], { ...google, item: "/items" }),
      "did you mean `items`?",
    ],
  ])("%s", async (_, call, words) => {
    expect(await messageOf(call)).toContain(words);
  });
});

function ring(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
