import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseUrl, fileOf, redisUrl } from "./addresses.ts";
import { type Contender, lend, missing, rounds, stores } from "./contenders.ts";
import { cut, type DatabaseServer } from "./databases.ts";
import { createDocument, readDocument } from "./document.ts";
import { type Fate, type FaultyProxy, faultyProxy } from "./faulty-proxy.ts";
import type { Environment, Fleet } from "./fleet.ts";
import { miscounts, type Tally } from "./history.ts";
import type { Moment } from "./mortal-store.ts";
import { stubbornClient } from "./stubborn-client.ts";

/** Milliseconds that a client waits for its answer. */
const WAIT_TIMEOUT_MS = 250;

describe.each(stores)("$kind, behind four processes,", (contender) => {
  describe.skipIf(missing(contender))("has exactly the increments that were acknowledged", () => {
    const fleet = lend(contender, 4);

    test("when requests and answers are lost or late", () =>
      throughFaultyProxies(fleet, async (ways) => {
        await crowd(fleet, "/faulty", { ways, goesOn: (done) => done < 5 * rounds });
      }));

    test("exactly, when one writer repeats lost requests under an Idempotency-Key", () =>
      throughFaultyProxies(fleet, async (ways) => {
        const tallies = await Promise.all(
          Array.from({ length: 6 }, (_, client) => alone(fleet, ways, client)),
        );
        expect(total(tallies, "resent")).toBeGreaterThan(6);
        // No other client writes there, so only a repeat that was not recognised can be refused.
        expect(total(tallies, "refused") + total(tallies, "found")).toBe(0);
      }));

    test("when servers are killed before, in and after a write", async () => {
      const moments: Moment[] = ["before", "during", "after"];
      await crowdWhile(fleet, "/killed", async () => {
        for (let round = 0; round < rounds; round++)
          await Promise.all(moments.map((moment, index) => fleet.kill(index, moment)));
      });
    });

    // Another process can lock only a file.
    if (contender.kind === "sqlite")
      test("when another process locks the file, and no client gets 500", async () => {
        const other = new DatabaseSync(fileOf(fleet.ownName), { timeout: 1_000 });
        const tallies = await crowdWhile(fleet, "/locked", async () => {
          for (let round = 0; round < 3 * rounds; round++) {
            await sleep(100);
            other.exec("BEGIN IMMEDIATE");
            await sleep(2 * WAIT_TIMEOUT_MS);
            other.exec("ROLLBACK");
          }
        });
        other.close();
        expect(total(tallies, "failed")).toBe(0);
      });
  });
});

const connected: readonly (Contender & { database: DatabaseServer })[] = [
  { kind: "pg", database: "postgres" },
  { kind: "postgres.js", database: "postgres" },
  { kind: "node-redis", database: "redis" },
  { kind: "ioredis", database: "redis" },
];

describe.each(connected)("$kind, behind four processes,", (contender) => {
  describe.skipIf(missing(contender))("has exactly the increments that were acknowledged", () => {
    const env: Environment = {};
    let proxy: FaultyProxy | undefined;
    let losing = false;
    let writes = 0;
    beforeAll(async () => {
      // Only a write carries the document to the database.
      const fate = (sent: Buffer) =>
        losing && sent.includes('"count":') && ++writes % 2 === 0 ? "lose answer" : "pass";
      const url = new URL(contender.database === "postgres" ? databaseUrl : redisUrl);
      proxy = await faultyProxy(url.href, fate, 0);
      url.host = proxy.host;
      env[contender.database === "postgres" ? "DATABASE_URL" : "REDIS_URL"] = url.href;
    });
    afterAll(() => proxy?.close()); // after the fleet: hooks run in reverse here
    const fleet = lend(contender, 4, env);

    test("when its connections to the database are cut, and answers of the database lost", async () => {
      let connections = 0;
      await crowdWhile(fleet, "/cut", async () => {
        losing = true;
        // A busy machine makes few writes in this time, and half of the lost answers are resent by their clients.
        for (let round = 0; round < 4 * rounds || writes < 32; round++) {
          await sleep(300);
          connections += await cut(fleet.ownName, contender.database);
        }
        losing = false;
      });
      expect(connections).toBeGreaterThan(0);
    });
  });
});

/** One proxy before each server. */
async function throughFaultyProxies(
  { origins }: Fleet,
  use: (ways: readonly string[]) => Promise<void>,
): Promise<void> {
  const proxies = await Promise.all(
    origins.map((origin) => faultyProxy(origin, rota(), 2 * WAIT_TIMEOUT_MS)),
  );
  try {
    await use(proxies.map(({ host }) => `http://${host}`));
  } finally {
    for (const proxy of proxies) proxy.close();
  }
}

/** The faults of a proxy, request by request. */
function rota(): () => Fate {
  const fates: Fate[] = [
    ...(["pass", "pass", "lose answer", "pass", "late answer"] as const),
    ...(["pass", "lose request", "pass", "late request"] as const),
  ];
  let requests = 0;
  return () => fates[requests++ % fates.length]!;
}

/** Writes a document that no other client writes. */
async function alone({ origins }: Fleet, ways: readonly string[], client: number): Promise<Tally> {
  const path = `/counter-of-${client}`;
  const count = 6 * rounds;
  await createDocument(origins[0]!, path);
  const goesOn = (done: number) => done < count;
  const tally = await stubbornClient({
    client,
    origins: ways,
    path,
    replays: true,
    patience: WAIT_TIMEOUT_MS,
    goesOn,
  });
  expect((await readDocument(origins[0]!, path)).value).toEqual({ count, by: { [client]: count } });
  return tally;
}

interface Crowd {
  /** The origins that its requests go to. */
  ways: readonly string[];
  goesOn(done: number): boolean;
  /** Called when the document exists. */
  begin?(): void;
}

/**
 * Eight clients increment one document, and it must have every acknowledged increment. Even numbers repeat a request
 * that is not answered, under the same Idempotency-Key; odd numbers give it up.
 */
async function crowd(
  { origins }: Fleet,
  path: string,
  { ways, goesOn, begin }: Crowd,
): Promise<readonly Tally[]> {
  await createDocument(origins[3]!, path);
  begin?.();
  const tallies = await Promise.all(
    Array.from({ length: 8 }, (_, client) =>
      stubbornClient({
        client,
        origins: ways,
        path,
        replays: client % 2 === 0,
        patience: WAIT_TIMEOUT_MS,
        goesOn,
      }),
    ),
  );
  expect(miscounts((await readDocument(origins[3]!, path)).value, tallies)).toEqual([]);
  // Without faults on both sides, the test would prove nothing.
  expect(total(tallies, "acknowledged")).toBeGreaterThan(0);
  expect(total(tallies, "unknown")).toBeGreaterThan(0);
  expect(total(tallies, "resent")).toBeGreaterThan(0);
  return tallies;
}

/** All clients write until the faults are over, and for a minimum number of writes. */
async function crowdWhile(
  fleet: Fleet,
  path: string,
  trouble: () => Promise<void>,
): Promise<readonly Tally[]> {
  let over = false;
  let troubled: Promise<void> | undefined;
  const begin = () => {
    troubled = trouble().finally(() => {
      over = true;
    });
  };
  const goesOn = (done: number) => !over || done < 5 * rounds;
  const tallies = await crowd(fleet, path, { ways: fleet.origins, goesOn, begin });
  await troubled;
  return tallies;
}

type Count = "acknowledged" | "refused" | "unknown" | "resent" | "found" | "failed";

function total(tallies: readonly Tally[], of: Count): number {
  return tallies.reduce((sum, tally) => sum + tally[of], 0);
}
