import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { StoreBusyError } from "./contract/errors.ts";
import { compareKeys, endOfPrefix } from "./contract/key.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { backoff, pause, unlessAborted } from "./contract/waiting.ts";
import { type Driver, type DriverSwap, type Row, storeOver } from "./drivers/driver.ts";
import { quoteTable } from "./drivers/identifier.ts";
import { statements } from "./drivers/postgres-statements.ts";

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

export interface PostgresStore<T> extends Required<Omit<VersionedStore<T>, "ledger">> {
  /** Makes the table if it is not there yet; safe to call again, and from many processes at once. Returns the store. */
  createTable(options?: StoreOptions): Promise<PostgresStore<T>>;
}

type SwapRow = Row & { swapped: boolean };

type Query = (text: string, values?: unknown[]) => Promise<Row[]>;

/** Rolled back whole, so that it may be tried again: serialization failure, deadlock, lock not available. */
const TRANSIENT = new Set<unknown>(["40001", "40P01", "55P03"]);
const LOCK_NOT_AVAILABLE = "55P03";
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
    ...storeOver(postgresDriver(query, sql), codec),
    async createTable({ signal } = {}) {
      await unlessAborted(() => query(sql.create), signal);
      return store;
    },
  };
  return store;
}

function postgresDriver(query: Query, sql: ReturnType<typeof statements>): Driver {
  function swapOnce({ key, expected, next, version, skipValue }: DriverSwap): Promise<Row[]> {
    if (!next && expected !== null) return query(sql.remove, [key, expected, skipValue]);
    if (!next) return query(sql.absent, [key, skipValue]);
    const values = [key, next.value, next.octets, version, next.writeId, skipValue];
    return expected === null ? query(sql.insert, values) : query(sql.update, [...values, expected]);
  }

  return {
    async read({ key, known, signal }) {
      // One text instead of an array, which every client library writes in its own way. No version has a space.
      const versions = known === "*" ? null : known.join(" ");
      const [text, values] = known.length === 0 ? [sql.read, [key]] : [sql.readUnless, [key, versions]];
      const [row = null] = await readRows(query, signal, text, values);
      return { row, entry: null };
    },

    async swap(swap) {
      try {
        const [row] = (await unlessAborted(() => swapOnce(swap), swap.signal)) as SwapRow[];
        if (row?.swapped) return { won: row };
        // Another insert has won that this statement's snapshot does not show.
        if (!row && swap.next && swap.expected === null) return { lost: undefined };
        return { lost: row ?? null };
      } catch (error) {
        if (sqlState(error) === LOCK_NOT_AVAILABLE)
          throw new StoreBusyError("The row is locked", { cause: error });
        if (TRANSIENT.has(sqlState(error))) return { lost: undefined };
        throw error;
      }
    },

    list({ prefix, after, limit, values, signal }) {
      const isLater = after !== undefined && compareKeys(after, prefix) >= 0;
      const end = endOfPrefix(prefix);
      const bounds = [limit, isLater ? after : prefix, ...(end === null ? [] : [end])];
      return readRows(query, signal, sql.list(values, isLater, end !== null), bounds);
    },
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
