import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";
import type { Redis } from "ioredis";
import type { Pool } from "pg";
import type { RedisClientType } from "redis";
import { databaseUrl, fileOf, redisUrl } from "./addresses.ts";
import {
  awaitThenWrite,
  hgetThenHset,
  selectThenUpdate,
  selectThenUpdateInTransaction,
} from "./naive-stores.ts";

/**
 * Opens the store that a server process serves. `ownName` is the table, the prefix or the file, and the name that the
 * process's connections carry in the database.
 */
const openers = {
  pg: async (ownName: string) =>
    postgresStore<never>(await pgPool(ownName), { table: ownName }).createTable(),
  "postgres.js": async (ownName: string) => {
    const { default: postgres } = await import("postgres");
    // fetch_types: a connection that is cut while it looks them up ends the whole process, in postgres.js 3.4.9.
    const options = { max: 8, fetch_types: false, connection: { application_name: ownName } };
    const sql = postgres(databaseUrl, options);
    return postgresStore<never>(sql, { table: ownName }).createTable();
  },
  "node-redis": async (ownName: string) => redisStore<never>(await nodeRedis(ownName), { prefix: ownName }),
  ioredis: async (ownName: string) => redisStore<never>(await ioRedis(ownName), { prefix: ownName }),
  sqlite: async (ownName: string) => sqliteStore<never>(new DatabaseSync(fileOf(ownName))).createTable(),
  "sqlite in WAL mode": async (ownName: string) => {
    const db = new DatabaseSync(fileOf(ownName));
    await setWalMode(db);
    return sqliteStore<never>(db).createTable();
  },
  memory: async () => memoryStore<never>(),
  "SELECT, then UPDATE": async (ownName: string) =>
    selectThenUpdate<never>(await naiveTable(ownName), ownName),
  "SELECT, then UPDATE, in a transaction": async (ownName: string) =>
    selectThenUpdateInTransaction<never>(await naiveTable(ownName), ownName),
  "HGET, then HSET": async (ownName: string) => hgetThenHset<never>(await ioRedis(ownName), `${ownName}:`),
  "a Map, and an await before the write": async () => awaitThenWrite<never>(),
};

export type StoreKind = keyof typeof openers;

export function openStore(kind: StoreKind, ownName: string): Promise<VersionedStore<never>> {
  return openers[kind](ownName);
}

/**
 * Four processes set it at the same time. Where two would wait for each other, SQLite says at once that it is locked.
 */
async function setWalMode(db: DatabaseSync): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return db.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (tries === 200) throw error;
      await pause(Math.random() * 50);
    }
  }
}

// The clients are imported by those who use them: a race starts dozens of processes, and some take long to load.

async function pgPool(ownName: string): Promise<Pool> {
  const { Pool } = await import("pg");
  return new Pool({ connectionString: databaseUrl, application_name: ownName, max: 8 }).on("error", unheard);
}

async function nodeRedis(ownName: string): Promise<RedisClientType> {
  const { createClient } = await import("redis");
  const client: RedisClientType = createClient({ url: redisUrl, name: ownName });
  return client.on("error", unheard).connect();
}

async function ioRedis(ownName: string): Promise<Redis> {
  const { Redis } = await import("ioredis");
  return new Redis(redisUrl, { connectionName: ownName }).on("error", unheard);
}

async function naiveTable(ownName: string): Promise<Pool> {
  const pool = await pgPool(ownName);
  // The lock is needed because two sessions that create the same table at the same time fail, even with IF NOT EXISTS.
  await pool.query(`BEGIN; SELECT pg_advisory_xact_lock(1);
    CREATE TABLE IF NOT EXISTS ${ownName} (key text PRIMARY KEY, value text, version text); COMMIT`);
  return pool;
}

/** A cut connection also rejects the queries under way on it, and those rejections are handled. */
function unheard(): void {}
