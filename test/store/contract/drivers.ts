import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PGlite } from "@electric-sql/pglite";
import type { StoreUnderTest } from "@entity-tag/store/contract-tests";
import { memoryStore } from "@entity-tag/store/memory";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { Redis } from "ioredis";
import Libsql from "libsql";
import { Pool } from "pg";
import postgres from "postgres";
import { createClient } from "redis";
import { databaseUrl, redisUrl } from "../race/addresses.ts";

/** A driver on its own data, and a function that removes the data. */
export interface OpenDriver extends StoreUnderTest {
  close(): Promise<void>;
}

/** Tables, prefixes and files that no other run uses. */
export function ownName(): string {
  return `contract_${crypto.randomUUID().slice(0, 8)}`;
}

/** A JSON store and a bytes store need two tables: their columns differ. */
export function tableOf(name: string, options: { encode?: unknown } | undefined): string {
  return options?.encode ? `${name}_bytes` : `${name}_json`;
}

export async function openMemory(): Promise<OpenDriver> {
  const stores = new Map<object | undefined, unknown>();
  return {
    // As with a database, two stores on the same data are one.
    open: async (options) => {
      if (!stores.has(options)) stores.set(options, memoryStore(options));
      return stores.get(options) as never;
    },
    close: async () => {},
  };
}

export async function openSqlite(): Promise<OpenDriver> {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  const db = new DatabaseSync(join(folder, "store.db"));
  return {
    open: (codec) => sqliteStore(db, { ...codec, table: tableOf("t", codec) }).createTable(),
    async close() {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The interface of better-sqlite3, prebuilt. */
export async function openLibsql(): Promise<OpenDriver> {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  const db = new Libsql(join(folder, "store.db"));
  return {
    open: (options) => sqliteStore(db, { ...options, table: tableOf("t", options) }).createTable(),
    async close() {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openPg(): Promise<OpenDriver> {
  const [pool, name] = [new Pool({ connectionString: databaseUrl, max: 4 }), ownName()];
  return {
    open: (codec) => postgresStore(pool, { ...codec, table: tableOf(name, codec) }).createTable(),
    async close() {
      await pool.query(dropTables(name));
      await pool.end();
    },
  };
}

export async function openPostgresJs(): Promise<OpenDriver> {
  const [sql, name] = [postgres(databaseUrl, { max: 4, onnotice() {} }), ownName()];
  return {
    open: (codec) => postgresStore(sql, { ...codec, table: tableOf(name, codec) }).createTable(),
    async close() {
      await sql.unsafe(dropTables(name));
      await sql.end();
    },
  };
}

export async function openPGlite(): Promise<OpenDriver> {
  const db = await PGlite.create();
  return {
    open: (codec) => postgresStore(db, { ...codec, table: tableOf("t", codec) }).createTable(),
    close: () => db.close(),
  };
}

export async function openNodeRedis(): Promise<OpenDriver> {
  const [client, name] = [await createClient({ url: redisUrl }).connect(), ownName()];
  return {
    open: async (codec) => redisStore(client, { ...codec, prefix: tableOf(name, codec) }),
    async close() {
      await dropKeys(client, name);
      await client.close();
    },
  };
}

export async function openIoRedis(): Promise<OpenDriver> {
  const [client, name] = [new Redis(redisUrl), ownName()];
  return {
    open: async (codec) => redisStore(client, { ...codec, prefix: tableOf(name, codec) }),
    async close() {
      await dropKeys(client, name);
      await client.quit();
    },
  };
}

function dropTables(name: string): string {
  return `DROP TABLE IF EXISTS ${name}_json, ${name}_bytes, ${name}_json_ledger, ${name}_bytes_ledger`;
}

interface KeyedClient {
  keys(pattern: string): Promise<string[]>;
  del(key: string): Promise<unknown>;
}

async function dropKeys(client: KeyedClient, name: string): Promise<void> {
  for (const key of await client.keys(`{${name}*`)) await client.del(key);
}
