import { AmbiguousWriteError, create, read, stamped, type UpdateOptions, update } from "@entity-tag/client";
import { resource } from "@entity-tag/store";
import { afterAll, describe, expect, it } from "vitest";
import { newName } from "../../store/race/addresses.ts";
import { clear, type Database, reachable } from "../../store/race/databases.ts";
import { faultyProxy } from "../../store/race/faulty-proxy.ts";
import { openStore, type StoreKind } from "../../store/race/stores.ts";
import { documentServer } from "./document-server.ts";
import { serveFetch } from "./serve-fetch.ts";

interface Ledger {
  /** One entry for each update. */
  made: string[];
}

/** `CLIENT_RACE=64x20` runs the long race: a minute for each server. */
const [clients, updates] = (process.env.CLIENT_RACE ?? "16x10").split("x").map(Number) as [number, number];
const timeout = 600_000;

const closers: (() => void | Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** One answer in ten is lost after the server has done the request. */
function fate(counts: { lost: number }): "lose answer" | "pass" {
  if (Math.random() >= 0.1) return "pass";
  counts.lost++;
  return "lose answer";
}

async function plainServer(): Promise<string> {
  const server = await documentServer({ made: [] });
  const proxy = await faultyProxy(server.url, () => fate({ lost: 0 }), 0);
  closers.push(proxy.close, server.close);
  return `http://${proxy.host}/document`;
}

/** The answers to each client for each of its updates, and the document in the end. */
async function race(url: string, options: UpdateOptions<Ledger>, stamp = false) {
  const acknowledged: string[] = [];
  const ambiguous: string[] = [];
  const compete = async (client: number) => {
    for (let nth = 0; nth < updates; nth++) {
      const id = `${client}:${nth}`;
      const recipe = ({ made, ...rest }: Ledger) => ({ ...rest, made: [...made, id] });
      const outcome = update<Ledger>(url, stamp ? stamped(recipe) : recipe, { maxAttempts: 64, ...options });
      await outcome.then(
        () => acknowledged.push(id),
        (error) => {
          if (!(error instanceof AmbiguousWriteError)) throw error;
          ambiguous.push(id);
        },
      );
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => compete(client)));
  const { value } = await read<Ledger>(url);
  return { acknowledged, ambiguous, made: value.made };
}

const [postgres, redis] = await Promise.all([reachable("postgres"), reachable("redis")]);
const stores: [StoreKind, Database, boolean][] = [
  ["memory", "memory", true],
  ["sqlite in WAL mode", "sqlite", true],
  ["pg", "postgres", postgres],
  ["node-redis", "redis", redis],
];

/** The long races run one after the other. In parallel they would wait for each other, and not for the server. */
const races = process.env.CLIENT_RACE ? describe : describe.concurrent;

races(
  `${clients} clients × ${updates} updates through a proxy that drops one answer in ten after the commit`,
  () => {
    it("no update is made twice on a server without a ledger, and each acknowledged update is made", {
      timeout,
    }, async () => {
      const { acknowledged, ambiguous, made } = await race(await plainServer(), {});
      expect(new Set(made).size).toBe(made.length);
      expect(acknowledged.filter((id) => !made.includes(id))).toEqual([]);
      expect(acknowledged.length + ambiguous.length).toBe(clients * updates);
    });

    it("each stamped update is made exactly once on a server without a ledger", { timeout }, async () => {
      const { acknowledged, ambiguous, made } = await race(await plainServer(), {}, true);
      expect(ambiguous).toEqual([]);
      expect(acknowledged).toHaveLength(clients * updates);
      expect(made.toSorted()).toEqual(acknowledged.toSorted());
    });

    for (const [kind, database, isThere] of stores)
      it.skipIf(!isThere)(
        `each update with an idempotencyKey is made exactly once on resource() on ${kind}`,
        {
          timeout,
        },
        async () => {
          const { url, lost } = await resourceServer(kind, database);
          const { acknowledged, ambiguous, made } = await race(url, { idempotencyKey: true });
          expect(ambiguous).toEqual([]);
          expect(acknowledged).toHaveLength(clients * updates);
          expect(made.toSorted()).toEqual(acknowledged.toSorted());
          expect(lost()).toBeGreaterThan(0);
        },
      );
  },
);

async function resourceServer(
  kind: StoreKind,
  database: Database,
): Promise<{ url: string; lost: () => number }> {
  const place = newName();
  closers.push(() => clear(place, database));
  const server = await serveFetch(resource<never>(await openStore(kind, place)));
  const direct = `${server.url}/ledger`;
  const { response } = await create<Ledger>(direct, { made: [] }, { idempotencyKey: true });
  expect(response.headers.has("Idempotency-Ledger")).toBe(true);
  const counts = { lost: 0 };
  const proxy = await faultyProxy(server.url, () => fate(counts), 0);
  closers.push(proxy.close, server.close);
  return { url: `http://${proxy.host}/ledger`, lost: () => counts.lost };
}
