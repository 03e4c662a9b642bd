import { DatabaseSync } from "node:sqlite";
import type { VersionedStore } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";

export interface Page {
  content: string;
}

export interface Storage {
  /** For people: where the pages are. */
  name: string;
  pages: VersionedStore<Page>;
  close(): Promise<void> | void;
}

/** Where the pages are: in PostgreSQL or Redis if the environment names one, in one SQLite file otherwise. */
export async function openStorage(env: NodeJS.ProcessEnv): Promise<Storage> {
  if (env.DATABASE_URL) return openPostgres(env.DATABASE_URL);
  if (env.REDIS_URL) return openRedis(env.REDIS_URL);
  return openSqlite(env.WIKI_FILE ?? "wiki.sqlite");
}

async function openSqlite(file: string): Promise<Storage> {
  const db = new DatabaseSync(file);
  const pages = await sqliteStore<Page>(db, { table: "pages" }).createTable();
  return { name: `the SQLite file ${file}`, pages, close: () => db.close() };
}

async function openPostgres(connectionString: string): Promise<Storage> {
  const { Pool } = (await import("pg")).default;
  const pool = new Pool({ connectionString });
  // A connection that idles when the server goes away is replaced at the next query.
  pool.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));
  const pages = await postgresStore<Page>(pool, { table: "wiki_pages" }).createTable();
  return { name: "PostgreSQL", pages, close: () => pool.end() };
}

async function openRedis(url: string): Promise<Storage> {
  const { createClient } = await import("redis");
  const client = createClient({ url });
  client.on("error", (error: Error) => console.error(`Redis: ${error.message}`));
  await client.connect();
  const pages = redisStore<Page>(client, { prefix: "wiki" });
  return { name: "Redis", pages, close: () => client.close() };
}
