import { DatabaseSync } from "node:sqlite";
import type { VersionedStore } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { keepingRevisions, type Revision } from "./revisions.ts";

export interface Page {
  content: string;
}

export interface Storage {
  /** For people: where the pages are. */
  name: string;
  pages: VersionedStore<Page>;
  revisions: VersionedStore<Revision>;
  close(): Promise<void> | void;
}

/** The stores that {@link openStorage} finds, before revisions are kept. */
type Opened = Omit<Storage, "pages"> & { plainPages: VersionedStore<Page> };

/** Opens PostgreSQL or Redis if the environment names one, and one SQLite file otherwise. */
export async function openStorage(env: NodeJS.ProcessEnv): Promise<Storage> {
  const { plainPages, ...opened } = await open(env);
  return { ...opened, pages: keepingRevisions(plainPages, opened.revisions) };
}

function open(env: NodeJS.ProcessEnv): Promise<Opened> {
  // Several wikis may share one database: each has a name of its own there.
  const name = env.WIKI_NAME ?? "wiki";
  if (env.DATABASE_URL) return openPostgres(env.DATABASE_URL, name);
  if (env.REDIS_URL) return openRedis(env.REDIS_URL, name);
  return openSqlite(env.WIKI_FILE ?? "wiki.sqlite");
}

async function openSqlite(file: string): Promise<Opened> {
  const db = new DatabaseSync(file);
  const plainPages = await sqliteStore<Page>(db, { table: "pages" }).createTable();
  const revisions = await sqliteStore<Revision>(db, { table: "revisions" }).createTable();
  return { name: `the SQLite file ${file}`, plainPages, revisions, close: () => db.close() };
}

async function openPostgres(connectionString: string, name: string): Promise<Opened> {
  const { Pool } = (await import("pg")).default;
  const pool = new Pool({ connectionString });
  // A connection that idles when the server goes away is replaced at the next query.
  pool.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));
  const plainPages = await postgresStore<Page>(pool, { table: `${name}_pages` }).createTable();
  const revisions = await postgresStore<Revision>(pool, { table: `${name}_revisions` }).createTable();
  return { name: "PostgreSQL", plainPages, revisions, close: () => pool.end() };
}

async function openRedis(url: string, name: string): Promise<Opened> {
  const { createClient } = await import("redis");
  const client = createClient({ url });
  client.on("error", (error: Error) => console.error(`Redis: ${error.message}`));
  await client.connect();
  const plainPages = redisStore<Page>(client, { prefix: name });
  const revisions = redisStore<Revision>(client, { prefix: `${name}-revisions` });
  return { name: "Redis", plainPages, revisions, close: () => client.close() };
}
