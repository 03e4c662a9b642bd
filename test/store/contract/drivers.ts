import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
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
import { freePort } from "../../free-port.ts";
import { databaseUrl, redisUrl } from "../race/addresses.ts";
import { canStartRedis, ownRedis } from "../race/own-redis.ts";
import { closableProxy } from "./closable-proxy.ts";
import { type OwnSqlite, sqliteDriver, tableOf } from "./sqlite-driver.ts";

/** A driver on its own data, and a function that removes the data. */
export interface OpenDriver extends StoreUnderTest {
  close(): Promise<void>;
}

/** Tables, prefixes and files that no other run uses. */
export function ownName(): string {
  return `contract_${crypto.randomUUID().slice(0, 8)}`;
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

function openSqliteBy(open: (path: string) => OwnSqlite): OpenDriver {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  const [db, other] = [open(join(folder, "store.db")), open(join(folder, "store.db"))];
  return {
    ...sqliteDriver(sqliteStore, db, other),
    async close() {
      for (const each of [db, other]) each.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openSqlite(): Promise<OpenDriver> {
  return openSqliteBy((path) => new DatabaseSync(path));
}

/** The interface of better-sqlite3, prebuilt. */
export async function openLibsql(): Promise<OpenDriver> {
  return openSqliteBy((path) => new Libsql(path) as OwnSqlite);
}

type Tell = (sql: string, values?: unknown[]) => Promise<unknown>;

/** The faults of a table. */
function postgresFaults(name: string, tell: Tell): Partial<StoreUnderTest> {
  const table = `${name}_json`;
  return {
    async corrupt(key) {
      await tell(`UPDATE ${table} SET value = 'not JSON', octets = NULL WHERE key = $1`, [key]);
    },
    async full() {
      // No disk can be filled here, so a trigger raises the error of a full one.
      await tell(`CREATE FUNCTION ${name}_full() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$`);
      await tell(`CREATE TRIGGER t BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION ${name}_full()`);
      return async () => void (await tell(`DROP FUNCTION ${name}_full CASCADE`));
    },
  };
}

/** A server behind a proxy, with a role whose sessions can be made read-only. */
async function postgresWithFaults(name: string) {
  const [admin, proxy] = [
    new Pool({ connectionString: databaseUrl }),
    await closableProxy(databaseUrl, 5432),
  ];
  await admin.query(`CREATE ROLE ${name} LOGIN SUPERUSER`);
  const url = new URL(proxy.url);
  url.username = name;
  /** Changes the role for its next sessions, and ends those that it has. */
  async function change(how: string): Promise<void> {
    await admin.query(`ALTER ROLE ${name} ${how}`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [name]);
    // The clients notice that their connections are closed.
    await pause(100);
  }
  const faults: Partial<StoreUnderTest> = {
    ...postgresFaults(name, (sql, values) => admin.query(sql, values)),
    down: proxy.down,
    async readOnly() {
      await change("SET default_transaction_read_only = on");
      return () => change("RESET default_transaction_read_only");
    },
    async locked() {
      const holder = await admin.connect();
      await holder.query(`BEGIN; LOCK TABLE ${name}_json IN SHARE MODE`);
      return async () => {
        await holder.query("ROLLBACK");
        holder.release();
      };
    },
  };
  async function close() {
    proxy.close();
    const tables = ["json", "bytes"].flatMap((end) => [`${name}_${end}`, `${name}_${end}_ledger`]);
    await admin.query(`DROP TABLE IF EXISTS ${tables.join(", ")}; DROP ROLE ${name}`);
    await admin.end();
  }
  return { url: url.href, faults, close };
}

export async function openPg(): Promise<OpenDriver> {
  const name = ownName();
  const { url, faults, close } = await postgresWithFaults(name);
  const pool = new Pool({ connectionString: url, max: 4 }).on("error", () => {});
  return {
    ...faults,
    open: (codec) => postgresStore(pool, { ...codec, table: tableOf(name, codec) }).createTable(),
    async close() {
      await pool.end();
      await close();
    },
  };
}

export async function openPostgresJs(): Promise<OpenDriver> {
  const name = ownName();
  const { url, faults, close } = await postgresWithFaults(name);
  const sql = postgres(url, { max: 4, fetch_types: false, onnotice() {} });
  return {
    ...faults,
    open: (codec) => postgresStore(sql, { ...codec, table: tableOf(name, codec) }).createTable(),
    async close() {
      // Without a time-out, it waits for ever for a connection that the server ended (postgres.js 3.4.9).
      await sql.end({ timeout: 1 });
      await close();
    },
  };
}

export async function openPGlite(): Promise<OpenDriver> {
  const db = await PGlite.create();
  const tell: Tell = (sql, values) => db.query(sql, values);
  return {
    ...postgresFaults("t", tell),
    async readOnly() {
      await tell("SET default_transaction_read_only = on");
      return async () => void (await tell("SET default_transaction_read_only = off"));
    },
    open: (codec) => postgresStore(db, { ...codec, table: tableOf("t", codec) }).createTable(),
    close: () => db.close(),
  };
}

/** A server of its own, if it can be started here: another one could not be filled without harm to other tests. */
async function redisWithFaults(name: string) {
  const own = canStartRedis() ? await ownRedis() : undefined;
  const proxy = await closableProxy(own?.url ?? redisUrl, 6379);
  const admin = new Redis(own?.url ?? redisUrl);
  const faults: Partial<StoreUnderTest> = {
    async corrupt(key) {
      await admin.hset(`{${name}_json}:value:${key}`, "value", "not JSON");
      await admin.hdel(`{${name}_json}:value:${key}`, "octets");
    },
    down: proxy.down,
  };
  if (own)
    Object.assign(faults, {
      async full() {
        await admin.config("SET", "maxmemory", "1");
        return async () => void (await admin.config("SET", "maxmemory", "0"));
      },
      async readOnly() {
        await admin.replicaof("127.0.0.1", String(await freePort()));
        return async () => void (await admin.replicaof("NO", "ONE"));
      },
    } satisfies Partial<StoreUnderTest>);
  async function close() {
    for (const key of await admin.keys(`{${name}*`)) await admin.del(key);
    admin.disconnect();
    proxy.close();
    await own?.close();
  }
  return { url: proxy.url, faults, close };
}

export async function openNodeRedis(): Promise<OpenDriver> {
  const name = ownName();
  const { url, faults, close } = await redisWithFaults(name);
  const client = createClient({ url }).on("error", () => {});
  await client.connect();
  return {
    ...faults,
    open: async (codec) => redisStore(client, { ...codec, prefix: tableOf(name, codec) }),
    async close() {
      await client.close();
      await close();
    },
  };
}

export async function openIoRedis(): Promise<OpenDriver> {
  const name = ownName();
  const { url, faults, close } = await redisWithFaults(name);
  const client = new Redis(url).on("error", () => {});
  return {
    ...faults,
    open: async (codec) => redisStore(client, { ...codec, prefix: tableOf(name, codec) }),
    async close() {
      await client.quit();
      await close();
    },
  };
}
