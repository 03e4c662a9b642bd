import { mutate, type VersionedStore } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { Pool } from "pg";
import { createClient } from "redis";
import { describe, expect, test, vi } from "vitest";
import { request } from "./mutate/requests.ts";
import { canStartPostgres, ownPair } from "./race/own-postgres.ts";
import { canStartRedis, ownRedis } from "./race/own-redis.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Document {
  /** How often each write was made, by its number. */
  made: Record<string, number>;
}

/** The outcomes of a load of keyed writes: the numbers that were acknowledged, and those that are in doubt. */
interface Told {
  acknowledged: number[];
  unknown: number[];
  /** The time when each was acknowledged, and its tag. */
  answers: Map<number, { time: number; tag: string }>;
  stop(): Promise<void>;
}

/** Several writers, each with one write at a time, until they are stopped. */
function load(store: VersionedStore<Document>, writers = 4): Told {
  const told: Told = { acknowledged: [], unknown: [], answers: new Map(), stop };
  let number = 0;
  let isOver = false;
  const running = Array.from({ length: writers }, async () => {
    while (!isOver) {
      const mine = number++;
      const answer = await write(store, mine).catch(() => undefined);
      if (answer?.ok) {
        told.acknowledged.push(mine);
        told.answers.set(mine, { time: performance.now(), tag: answer.headers.get("ETag")! });
      } else if (answer?.status !== 503) told.unknown.push(mine);
    }
  });
  async function stop() {
    isOver = true;
    await Promise.all(running);
  }
  return told;
}

function write(store: VersionedStore<Document>, number: number): Promise<Response> {
  return mutate(request("POST", { "Idempotency-Key": `w${number}` }), store, "document", (found) => {
    const made = found?.made ?? {};
    return { made: { ...made, [number]: (made[number] ?? 0) + 1 } };
  });
}

/** Waits until there are writes that a failover could lose, and then a little longer. */
async function enough({ acknowledged }: Told): Promise<void> {
  await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(20), { timeout: 30_000 });
  await pause(300);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!canStartPostgres())("PostgreSQL whose standby is promoted under load", () => {
  test("PostgreSQL has every acknowledged write, each once, when replication is synchronous", async () => {
    const pair = await ownPair(true);
    const [before, after] = [pair.primary, pair.standby].map((connectionString) =>
      new Pool({ connectionString, max: 4 }).on("error", () => {}),
    );
    try {
      const old = await postgresStore<Document>(before!).createTable();
      const told = load(old);
      await enough(told);
      pair.killPrimary();
      await pause(100);
      pair.promote();
      await told.stop();
      expect(told.acknowledged.length).toBeGreaterThan(10);
      const store = await postgresStore<Document>(after!).createTable();
      const there = (await store.read("document"))!.value.made;
      expect(told.acknowledged.filter((number) => there[number] !== 1)).toEqual([]);
      // A client in doubt sends its write again, to the new primary, and the write is made once.
      for (const number of told.unknown) expect((await write(store, number)).ok).toBe(true);
      const last = (await store.read("document"))!.value.made;
      expect(Object.values(last).every((times) => times === 1)).toBe(true);
      expect(told.unknown.filter((number) => last[number] !== 1)).toEqual([]);
    } finally {
      await Promise.all([before!.end(), after!.end()]);
      pair.close();
    }
  });
});

describe.skipIf(!canStartPostgres())("PostgreSQL whose replication is asynchronous", () => {
  test("PostgreSQL loses at most the last moments, makes no write twice, and never confuses the tag of a lost write with another", async () => {
    const pair = await ownPair(false);
    const [before, after] = [pair.primary, pair.standby].map((connectionString) =>
      new Pool({ connectionString, max: 4 }).on("error", () => {}),
    );
    try {
      const told = load(await postgresStore<Document>(before!).createTable());
      await enough(told);
      // Long enough for the standby to receive what was acknowledged until now.
      await pause(2_000);
      const cut = performance.now();
      pair.cutReplication();
      await pause(500);
      pair.killPrimary();
      pair.promote();
      await told.stop();
      const store = await postgresStore<Document>(after!).createTable();
      const there = (await store.read("document"))!.value.made;
      const lost = told.acknowledged.filter((number) => there[number] === undefined);
      expect(lost.length, "no write was lost: the test did not cut the replication").toBeGreaterThan(0);
      for (const number of lost) expect(told.answers.get(number)!.time).toBeGreaterThan(cut - 2_000);
      expect(Object.values(there).every((times) => times === 1)).toBe(true);
      // Its tag names a version that is gone, and never names another version.
      const headers = { "If-Match": told.answers.get(lost.at(-1)!)!.tag };
      const stale = await mutate(request("PUT", headers), store, "document", () => ({ made: {} }));
      expect(stale.status).toBe(412);
      // A client in doubt sends its write again, and the write is made once.
      for (const number of told.unknown) expect((await write(store, number)).ok).toBe(true);
      const last = (await store.read("document"))!.value.made;
      expect(Object.values(last).every((times) => times === 1)).toBe(true);
    } finally {
      await Promise.all([before!.end(), after!.end()]);
      pair.close();
    }
  });
});

describe.skipIf(!canStartRedis())("Redis that is killed under load, and started again", () => {
  test.each([
    ["always", 0],
    ["everysec", 2_000],
  ])(
    "with appendfsync %s has every acknowledged write that is older than %i ms, each once",
    async (fsync) => {
      const redis = await ownRedis(["--appendonly", "yes", "--appendfsync", fsync]);
      const client = createClient({ url: redis.url }).on("error", () => {});
      try {
        await client.connect();
        const store = redisStore<Document>(client);
        const told = load(store);
        await enough(told);
        await redis.kill();
        await redis.start();
        await vi.waitFor(async () => expect(await store.read("document")).not.toBeNull(), {
          timeout: 20_000,
        });
        await told.stop();
        expect(told.acknowledged.length).toBeGreaterThan(10);
        // A killed process loses no data that it has written. Only a machine that stops loses the last two seconds.
        for (const number of told.unknown) expect((await write(store, number)).ok).toBe(true);
        const there = (await store.read("document"))!.value.made;
        expect(told.acknowledged.filter((number) => there[number] !== 1)).toEqual([]);
        expect(Object.values(there).every((times) => times === 1)).toBe(true);
      } finally {
        client.destroy();
        await redis.close();
      }
    },
  );
});
