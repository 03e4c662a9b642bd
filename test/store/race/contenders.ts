import { afterAll, beforeAll, vi } from "vitest";
import { newName } from "./addresses.ts";
import { clear, type Database, reachable } from "./databases.ts";
import { type Environment, type Fleet, startFleet } from "./fleet.ts";
import type { StoreKind } from "./stores.ts";

export interface Contender {
  kind: StoreKind;
  database: Database;
}

/** The drivers that must lose no update, whatever happens. */
export const stores: readonly Contender[] = [
  { kind: "pg", database: "postgres" },
  { kind: "node-redis", database: "redis" },
  { kind: "sqlite", database: "sqlite" },
];

/** `RACE_ROUNDS=20` makes every race twenty times as long. */
export const rounds = Number(process.env.RACE_ROUNDS ?? 1);

// A race is over in a few seconds; a machine may be busy.
vi.setConfig({ testTimeout: 120_000 * rounds, hookTimeout: 120_000 });

const reached: Record<Database, boolean> = {
  postgres: await reachable("postgres"),
  redis: await reachable("redis"),
  sqlite: true,
  memory: true,
};

/** `describe.skipIf(missing(contender))`: the reason is on stderr. */
export function missing({ database }: Contender): boolean {
  return !reached[database];
}

/** Server processes over their own table, prefix or file. */
export interface Lent extends Fleet {
  /** Its name; the connections of the servers carry it, too. */
  ownName: string;
}

/** Starts `size` processes for one `describe`, and removes their data after it. */
export function lend({ kind, database }: Contender, size: number, env?: Environment): Lent {
  const ownName = newName();
  let fleet: Fleet | undefined;
  beforeAll(async () => {
    fleet = await startFleet(kind, ownName, size, env);
  });
  afterAll(async () => {
    try {
      await fleet?.close();
    } finally {
      await clear(ownName, database);
    }
  });
  return {
    ownName,
    get origins() {
      return fleet!.origins;
    },
    kill: (index, moment) => fleet!.kill(index, moment),
    close: () => fleet!.close(),
  };
}
