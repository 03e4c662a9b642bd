import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { memoryStore, type ResponseStore } from "@entity-tag/client";
import { redisStore } from "@entity-tag/client/redis";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { storeContract } from "@entity-tag/client/store-contract";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, it } from "vitest";
import { redisUrl } from "../../store/race/addresses.ts";
import { reachable } from "../../store/race/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "client-stores-"));
const hasRedis = await reachable("redis");
const prefix = `client-test-${crypto.randomUUID()}`;
const nodeRedis = hasRedis ? await createClient({ url: redisUrl }).connect() : undefined;
const ioRedis = hasRedis ? new Redis(redisUrl) : undefined;
if (!hasRedis) console.log("Redis is not there: start it with `redis-server --port 6379`");

afterAll(async () => {
  await ioRedis?.quit();
  await nodeRedis?.close();
  rmSync(folder, { recursive: true });
});

const stores: [string, boolean, () => ResponseStore][] = [
  ["memory", true, () => memoryStore()],
  ["sqlite", true, () => sqliteStore(new DatabaseSync(join(folder, "a.sqlite")))],
  ["redis", hasRedis, () => redisStore(nodeRedis!, { prefix, ttl: 60 })],
  ["ioredis", hasRedis, () => redisStore(ioRedis!, { prefix, ttl: 60 })],
];

for (const [kind, isThere, open] of stores) {
  describe.skipIf(!isThere)(`the store in ${kind}`, () => {
    for (const { name, check } of storeContract) it(name, () => check(open()));
  });
}
