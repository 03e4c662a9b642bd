import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { Swap, Versioned, VersionedStore } from "@entity-tag/store";
import type { Redis } from "ioredis";
import type { Pool, PoolClient } from "pg";

// The four stores that people write when they first need one. Each reads the version, compares it, and then writes: two
// steps. The race must catch them.

interface Row {
  value: string;
  version: string;
}

/** SELECT, compare, UPDATE. */
export function selectThenUpdate<T>(pool: Pool, table: string): VersionedStore<T> {
  return {
    read: async (key) => versioned<T>(await select(pool, table, key)),
    swap: (key, expected, next) => compareThenWrite<T>(pool, table, key, expected, next),
  };
}

/** The same between BEGIN and COMMIT, at PostgreSQL's default isolation. */
export function selectThenUpdateInTransaction<T>(pool: Pool, table: string): VersionedStore<T> {
  return {
    read: async (key) => versioned<T>(await select(pool, table, key)),
    async swap(key, expected, next) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
        const swap = await compareThenWrite<T>(client, table, key, expected, next);
        await client.query("COMMIT");
        return swap;
      } finally {
        client.release();
      }
    },
  };
}

/** HGET, compare, HSET. */
export function hgetThenHset<T>(client: Redis, prefix: string): VersionedStore<T> {
  const read = async (key: string) => {
    const { value, version } = await client.hgetall(prefix + key);
    return value === undefined || version === undefined ? undefined : { value, version };
  };
  return {
    read: async (key) => versioned<T>(await read(key)),
    async swap(key, expected, next) {
      if (((await read(key))?.version ?? null) !== expected) return { swapped: false };
      const made = row(next);
      if (next === null) await client.del(prefix + key);
      else await client.hset(prefix + key, { ...made });
      return swapped(next, made);
    },
  };
}

/** A Map, and an await between the comparison and the write. */
export function awaitThenWrite<T>(): VersionedStore<T> {
  const rows = new Map<string, Row>();
  return {
    read: async (key) => versioned<T>(rows.get(key)),
    async swap(key, expected, next) {
      if ((rows.get(key)?.version ?? null) !== expected) return { swapped: false };
      await turn();
      const made = row(next);
      if (next === null) rows.delete(key);
      else rows.set(key, made);
      return swapped(next, made);
    },
  };
}

async function compareThenWrite<T>(
  client: Pool | PoolClient,
  table: string,
  key: string,
  expected: string | null,
  next: T | null,
): Promise<Swap<T>> {
  if (((await select(client, table, key))?.version ?? null) !== expected) return { swapped: false };
  const { value, version } = row(next);
  if (next === null) await client.query(`DELETE FROM ${table} WHERE key = $1`, [key]);
  else
    await client.query(
      `INSERT INTO ${table} VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET value = $2, version = $3`,
      [key, value, version],
    );
  return swapped(next, { value, version });
}

async function select(client: Pool | PoolClient, table: string, key: string): Promise<Row | undefined> {
  return (await client.query<Row>(`SELECT value, version FROM ${table} WHERE key = $1`, [key])).rows[0];
}

function row(value: unknown): Row {
  return { value: JSON.stringify(value), version: randomUUID() };
}

function versioned<T>(found: Row | undefined): Versioned<T> | null {
  return found ? { value: JSON.parse(found.value), version: found.version } : null;
}

function swapped<T>(value: T | null, { version }: Row): Swap<T> {
  return { swapped: true, current: value === null ? null : { value, version } };
}
