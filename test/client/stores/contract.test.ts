import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { conditionalFetch, memoryStore, type ResponseStore } from "@entity-tag/client";
import { redisStore } from "@entity-tag/client/redis";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { storeContract } from "@entity-tag/client/store-contract";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { redisUrl } from "../../store/race/addresses.ts";
import { reachable } from "../../store/race/databases.ts";
import { servers } from "../fetch/server.ts";

const open = servers();
afterEach(open.close);
const folder = mkdtempSync(join(tmpdir(), "client-stores-"));
const hasRedis = await reachable("redis");
const sqlite = new DatabaseSync(join(folder, "a.sqlite"));
const prefix = `client-test-${crypto.randomUUID()}`;
const nodeRedis = hasRedis ? await createClient({ url: redisUrl }).connect() : undefined;
const ioRedis = hasRedis ? new Redis(redisUrl) : undefined;
if (!hasRedis) console.log("Redis is not there: start it with `redis-server --port 6379`");

afterAll(async () => {
  await ioRedis?.quit();
  await nodeRedis?.close();
  rmSync(folder, { recursive: true });
});

/** Gives all kept heads another text, as a newer version of this package may do. */
const spoilSqlite = () => sqlite.exec("UPDATE entity_tag_responses SET head = '{'");
const spoilRedis = async () => {
  for await (const keys of nodeRedis!.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 }))
    for (const key of keys)
      if ((await nodeRedis!.type(key)) === "hash")
        for (const name of await nodeRedis!.hKeys(key))
          if (name.startsWith("h")) await nodeRedis!.hSet(key, name, "{");
};

const stores: [string, boolean, () => ResponseStore][] = [
  ["memory", true, () => memoryStore()],
  ["sqlite", true, () => sqliteStore(sqlite)],
  ["redis", hasRedis, () => redisStore(nodeRedis!, { prefix, ttl: 60 })],
  ["ioredis", hasRedis, () => redisStore(ioRedis!, { prefix, ttl: 60 })],
];

for (const [kind, isThere, open] of stores) {
  describe.skipIf(!isThere)(`the store in ${kind}`, () => {
    for (const { name, check } of storeContract) it(name, () => check(open()));
  });
}

describe.each<[string, boolean, () => ResponseStore, () => unknown]>([
  ["sqlite", true, () => sqliteStore(sqlite), spoilSqlite],
  ["redis", hasRedis, () => redisStore(nodeRedis!, { prefix, ttl: 60 }), spoilRedis],
])("conditionalFetch with answers in %s that cannot be read", (_, isThere, newStore, spoil) => {
  it.skipIf(!isThere)("fails once, and keeps the next answer", async () => {
    const server = await open.serve((req, res) =>
      req.headers["if-none-match"]
        ? res.writeHead(304, { ETag: '"1"' }).end()
        : res.writeHead(200, { ETag: '"1"' }).end("Hello"),
    );
    const events: string[] = [];
    const remembering = conditionalFetch({
      store: newStore(),
      onEvent: ({ text }) => events.push(text.slice(0, 20)),
    });
    const read = async () => expect(await (await remembering(server.url)).text()).toBe("Hello");
    await read();
    await spoil();
    for (let nth = 0; nth < 3; nth++) await read();
    expect(events.map((event) => event.split(";")[0])).toEqual([
      "fwd=uri-miss",
      "fwd=bypass",
      "fwd=uri-miss",
      "fwd=uri-miss",
      "fwd=stale",
    ]);
  });
});

it.skipIf(!hasRedis)("redisStore returns no answer whose body is missing", async () => {
  const store = redisStore(nodeRedis!, { prefix: `${prefix}-body`, ttl: 60 });
  const server = await open.serve((_req, res) => res.writeHead(200, { ETag: '"1"' }).end("Hello"));
  const remembering = conditionalFetch({ store });
  await (await remembering(server.url)).text();
  const [key = ""] = (await nodeRedis!.keys(`${prefix}-body:*`)).filter((key) => /:[0-9a-f]{64}$/.test(key));
  const names = (await nodeRedis!.hKeys(key)).filter((name) => name.startsWith("b"));
  expect(names.length).toBe(1);
  await nodeRedis!.hDel(key, names);
  expect(await store.read(`${server.url}/`, key.slice(-64))).toEqual([]);
});

it.skipIf(!hasRedis)("redisStore with an endless ttl keeps answers for as long as Redis can", async () => {
  const store = redisStore(nodeRedis!, { prefix: `${prefix}-ttl`, ttl: Infinity });
  const server = await open.serve((_req, res) => res.writeHead(200, { ETag: '"1"' }).end("Hello"));
  const events: string[] = [];
  const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
  await (await remembering(server.url)).text();
  const keys = await nodeRedis!.keys(`${prefix}-ttl:*`);
  for (const key of keys) expect(await nodeRedis!.ttl(key)).toBeGreaterThan(10 ** 9);
  await nodeRedis!.del(keys);
  expect(events).toEqual(["fwd=uri-miss; fwd-status=200; stored"]);
});

it.skipIf(!hasRedis)(
  "redisStore uses no older answer after Redis has evicted its list of groups",
  async () => {
    const store = redisStore(nodeRedis!, { prefix: `${prefix}-evicted`, ttl: 60 });
    let version = 1;
    const server = await open.serve((req, res) => {
      if (req.method === "PUT") version++;
      const fields = { ETag: `"${version}"`, "Cache-Control": "max-age=600", Vary: "Accept" };
      res.writeHead(200, fields).end(`v${version}`);
    });
    const remembering = conditionalFetch({ store, fresh: rfc9111() });
    const read = async (accept: string) =>
      (await remembering(server.url, { headers: { Accept: accept } })).text();
    expect([await read("a/a"), await read("b/b"), await read("a/a")]).toEqual(["v1", "v1", "v1"]);
    // As `maxmemory-policy allkeys-lru` may do.
    for (const key of await nodeRedis!.keys(`${prefix}-evicted:*`))
      if ((await nodeRedis!.type(key)) === "set") await nodeRedis!.del(key);
    await remembering(server.url, { method: "PUT", body: "x" });
    expect([await read("a/a"), await read("b/b")]).toEqual(["v2", "v2"]);
  },
);
