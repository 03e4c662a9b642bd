import { type CodecOptions, codecOf } from "./codec.ts";
import { quoteTable } from "./identifier.ts";
import { checkKey, endOfPrefix } from "./key.ts";
import { fromRow, type Row, written } from "./row.ts";
import { newVersion } from "./version.ts";
import {
  type Member,
  StoreBusyError,
  type StoreOptions,
  type Versioned,
  type VersionedStore,
} from "./versioned-store.ts";
import { backoff, pause, unlessAborted } from "./waiting.ts";

/** A Pool or Client of `pg`, or a PGlite. */
export interface PostgresQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

/** The tag function of postgres.js. */
export interface PostgresJs {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  unsafe(text: string, values?: any[]): PromiseLike<Iterable<unknown>>;
}

export interface PostgresOptions<T> extends CodecOptions<T> {
  /** `pages`, or `app.pages` with a schema. Default `entity_tag`. */
  table?: string | undefined;
}

export interface PostgresStore<T> extends Required<VersionedStore<T>> {
  /** Makes the table if it is not there yet; safe to call again, and from many processes at once. Returns the store. */
  createTable(options?: StoreOptions): Promise<PostgresStore<T>>;
}

type Query = (text: string, values?: unknown[]) => Promise<Row[]>;

/** Rolled back whole, so that it may be tried again: serialization failure, deadlock, lock not available. */
const TRANSIENT = new Set<unknown>(["40001", "40P01", "55P03"]);
const UNDEFINED_TABLE = "42P01";
const READ_TRIES = 8;

/**
 * A store in a table of a PostgreSQL database, which any number of processes may share.
 *
 * The pool must lead to the primary. Every step is one statement of its own and commits by itself: do not give it a
 * client that is inside a transaction. `createTable()` once before the first use.
 *
 * @throws {TypeError} on a client without `query` or `unsafe`, on a table name that is not one, or when only one of
 * `encode` and `decode` is given
 * @example
 * const store = await postgresStore<{ content: string }>(new Pool({ connectionString })).createTable();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function postgresStore<T>(
  client: PostgresQueryable | PostgresJs,
  options: PostgresOptions<T> = {},
): PostgresStore<T> {
  const codec = codecOf(options);
  const table = quoteTable(options.table ?? "entity_tag");
  const query = queryOf(client, table);
  const sql = statements(table, codec.kind === "text" ? "text" : "bytea");

  const store: PostgresStore<T> = {
    async createTable({ signal } = {}) {
      await unlessAborted(() => query(sql.create), signal);
      return store;
    },

    async read(key, { signal } = {}) {
      checkKey(key);
      const [row] = await readRows(query, signal, sql.read, [key]);
      return row ? (fromRow(row, codec) as Versioned<T>) : null;
    },

    async readUnless(key, known, { signal } = {}) {
      checkKey(key);
      // One text instead of an array, which every client library writes in its own way. No version has a space.
      const versions = known === "*" ? null : known.join(" ");
      const [row] = await readRows(query, signal, sql.readUnless, [key, versions]);
      return row ? fromRow(row, codec) : null;
    },

    async swap(key, expected, next, { signal, mark = null } = {}) {
      checkKey(key);
      const version = newVersion();
      const values = next === null ? null : [codec.encode(next), version, mark];
      try {
        const [row] = await unlessAborted(() => swapOnce(key, expected, values), signal);
        if (!row) return { swapped: false };
        return {
          swapped: true,
          current: next === null ? null : written(next, version, row.modified, mark),
        };
      } catch (error) {
        if (TRANSIENT.has(sqlState(error))) return { swapped: false };
        throw error;
      }
    },

    async list(prefix, { limit, after, values = true, signal }) {
      checkKey(prefix);
      const range = [prefix, after ?? null, endOfPrefix(prefix), limit];
      const rows = await readRows(query, signal, values ? sql.list : sql.listVersions, range);
      return rows.map((row): Member<T> => ({ key: row.key!, ...fromRow(row, codec) }));
    },
  };

  function swapOnce(key: string, expected: string | null, values: unknown[] | null): Promise<Row[]> {
    if (values && expected === null) return query(sql.insert, [key, ...values]);
    if (values) return query(sql.update, [key, ...values, expected]);
    if (expected !== null) return query(sql.remove, [key, expected]);
    return query(sql.absent, [key]);
  }

  return store;
}

function statements(table: string, type: "text" | "bytea") {
  const modified = "(extract(epoch FROM last_modified) * 1000)::float8 AS modified";
  const state = `version, ${modified}, mark`;
  const now = "date_trunc('milliseconds', clock_timestamp())";
  const range = `WHERE key >= $1 AND ($2::text IS NULL OR key > $2) AND ($3::text IS NULL OR key < $3)
    ORDER BY key LIMIT $4::int`;
  return {
    // IF NOT EXISTS alone is not safe: of two sessions that find nothing, one fails on the catalog's unique index.
    // The lock lets them pass one by one. A role that may not create tables gets by if the table is there.
    create: `DO $create$ BEGIN
      IF to_regclass('${table}') IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('@entity-tag/store'));
        CREATE TABLE IF NOT EXISTS ${table} (key text COLLATE "C" PRIMARY KEY, value ${type} NOT NULL,
          version text NOT NULL, last_modified timestamptz NOT NULL, mark text);
      END IF;
    END $create$`,
    read: `SELECT value, ${state} FROM ${table} WHERE key = $1`,
    readUnless: `SELECT CASE WHEN $2::text IS NULL OR version = ANY (string_to_array($2::text, ' ')) THEN NULL
      ELSE value END AS value, ${state} FROM ${table} WHERE key = $1`,
    insert: `INSERT INTO ${table} (key, value, version, mark, last_modified) VALUES ($1, $2, $3, $4, ${now})
      ON CONFLICT (key) DO NOTHING RETURNING ${modified}`,
    // A second writer waits here for the row's lock, then looks at the version again and finds another.
    update: `UPDATE ${table} SET value = $2, version = $3, mark = $4, last_modified = greatest(last_modified, ${now})
      WHERE key = $1 AND version = $5 RETURNING ${modified}`,
    remove: `DELETE FROM ${table} WHERE key = $1 AND version = $2 RETURNING ${modified}`,
    absent: `SELECT 0 AS modified WHERE NOT EXISTS (SELECT FROM ${table} WHERE key = $1)`,
    list: `SELECT key, value, ${state} FROM ${table} ${range}`,
    listVersions: `SELECT key, ${state} FROM ${table} ${range}`,
  };
}

function queryOf(client: PostgresQueryable | PostgresJs, table: string): Query {
  const send = sendOf(client);
  return async (text, values) => {
    try {
      return await send(text, values);
    } catch (error) {
      if (sqlState(error) !== UNDEFINED_TABLE) throw error;
      throw new TypeError(`Cannot use the table ${table}: it is not there. Call createTable() first`, {
        cause: error,
      });
    }
  };
}

function sendOf(client: PostgresQueryable | PostgresJs): Query {
  const { unsafe, query } = Object(client) as Partial<PostgresJs & PostgresQueryable>;
  if (typeof unsafe === "function") {
    return async (text, values) => Array.from(await unsafe.call(client, text, values)) as Row[];
  }
  if (typeof query === "function") {
    return async (text, values) => (await query.call(client, text, values)).rows as Row[];
  }
  throw new TypeError(
    `Cannot use ${String(client)} as a PostgreSQL client. Give a Pool of pg, the function of postgres.js, or a PGlite`,
  );
}

/** A read that was rolled back has done nothing, and is simply made again. */
async function readRows(
  query: Query,
  signal: AbortSignal | undefined,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await unlessAborted(() => query(text, values), signal);
    } catch (error) {
      if (!TRANSIENT.has(sqlState(error))) throw error;
      if (tries === READ_TRIES)
        throw new StoreBusyError("The read was rolled back again and again", { cause: error });
    }
    await pause(backoff(tries, 100), signal);
  }
}

function sqlState(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
