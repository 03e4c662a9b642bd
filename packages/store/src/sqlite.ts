import { type CodecOptions, codecOf, type Stored } from "./codec.ts";
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
import { backoff, pause } from "./waiting.ts";

/** What `node:sqlite`, `better-sqlite3` and `bun:sqlite` have in common. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  all(...values: any[]): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  run(...values: any[]): unknown;
}

export interface SqliteOptions<T> extends CodecOptions<T> {
  /** Letters, digits and `_`. Default `entity_tag`. */
  table?: string | undefined;
}

export interface SqliteStore<T> extends Required<VersionedStore<T>> {
  /** Makes the table if it is not there yet; safe to call again, and from many processes at once. Returns the store. */
  createTable(options?: StoreOptions): Promise<SqliteStore<T>>;
}

type Bound = Stored | number | null;

/** How long a locked database is asked again, in milliseconds, before the answer is "busy" or "lost". */
const PATIENCE = 2000;

/**
 * A store in a table of a SQLite database, which any number of processes may share.
 *
 * Every step is one statement of its own: do not call it between `BEGIN` and `COMMIT` on the same connection.
 * `createTable()` once before the first use.
 *
 * @throws {TypeError} on a table name that is not one, or when only one of `encode` and `decode` is given
 * @example
 * import { DatabaseSync } from "node:sqlite";
 *
 * const store = await sqliteStore<{ content: string }>(new DatabaseSync(":memory:")).createTable();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function sqliteStore<T>(db: SqliteDatabase, options: SqliteOptions<T> = {}): SqliteStore<T> {
  const codec = codecOf(options);
  const table = quoteTable(options.table ?? "entity_tag");
  const sql = statements(table);
  const prepared = new Map<string, SqliteStatement>();

  // `all`, never `get`: a statement commits at its last step. `get` stops before it, and a commit that is then
  // refused because another connection reads would go unnoticed, as a swap that was won and is not there.
  function run(text: string, ...values: Bound[]): Row[] {
    const statement = prepared.get(text) ?? prepare(text);
    prepared.set(text, statement);
    return statement.all(...values) as Row[];
  }

  function prepare(text: string): SqliteStatement {
    try {
      return db.prepare(text);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("no such table"))) throw error;
      throw new TypeError(`Cannot use the table ${table}: it is not there. Call createTable() first`, {
        cause: error,
      });
    }
  }

  const store: SqliteStore<T> = {
    async createTable({ signal } = {}) {
      await whileBusy(() => db.prepare(sql.create).run(), signal);
      return store;
    },

    async read(key, { signal } = {}) {
      checkKey(key);
      const [row] = await whileBusy(() => run(sql.read, key), signal);
      return row ? (fromRow(row, codec) as Versioned<T>) : null;
    },

    async readUnless(key, known, { signal } = {}) {
      checkKey(key);
      const versions = known === "*" ? null : JSON.stringify(known);
      const [row] = await whileBusy(() => run(sql.readUnless, versions, versions, key), signal);
      return row ? fromRow(row, codec) : null;
    },

    async swap(key, expected, next, { signal, mark = null } = {}) {
      checkKey(key);
      const version = newVersion();
      const values = next === null ? [] : [codec.encode(next), version, Date.now(), mark];
      try {
        const [row] = await whileBusy(() => swapOnce(key, expected, values), signal);
        if (!row) return { swapped: false };
        return {
          swapped: true,
          current: next === null ? null : written(next, version, row.modified, mark),
        };
      } catch (error) {
        // Busy to the end: nothing was written, so nothing was won.
        if (error instanceof StoreBusyError) return { swapped: false };
        throw error;
      }
    },

    async list(prefix, { limit, after, values = true, signal }) {
      checkKey(prefix);
      const from: Bound[] = [prefix, after ?? "", after === undefined ? 1 : 0];
      const end = endOfPrefix(prefix);
      const rows = await whileBusy(
        () => run(values ? sql.list : sql.listVersions, ...from, end, end, limit),
        signal,
      );
      return rows.map((row): Member<T> => ({ key: row.key!, ...fromRow(row, codec) }));
    },
  };

  function swapOnce(key: string, expected: string | null, values: Bound[]): Pick<Row, "modified">[] {
    if (values.length > 0 && expected === null) return run(sql.insert, key, ...values);
    if (values.length > 0) return run(sql.update, ...values, key, expected);
    if (expected !== null) return run(sql.remove, key, expected);
    return run(sql.readUnless, null, null, key).length > 0 ? [] : [{ modified: 0 }];
  }

  return store;
}

function statements(table: string) {
  const state = "version, last_modified AS modified, mark";
  const range = `WHERE key >= ? AND (key > ? OR ?) AND (key < ? OR ? IS NULL) ORDER BY key LIMIT ?`;
  return {
    create: `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL,
      version TEXT NOT NULL, last_modified INTEGER NOT NULL, mark TEXT)`,
    read: `SELECT value, ${state} FROM ${table} WHERE key = ?`,
    readUnless: `SELECT CASE WHEN ? IS NULL OR version IN (SELECT json_each.value FROM json_each(?)) THEN NULL
      ELSE value END AS value, ${state} FROM ${table} WHERE key = ?`,
    insert: `INSERT INTO ${table} (key, value, version, last_modified, mark) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key) DO NOTHING RETURNING last_modified AS modified`,
    update: `UPDATE ${table} SET value = ?, version = ?, last_modified = max(last_modified, ?), mark = ?
      WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    remove: `DELETE FROM ${table} WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    list: `SELECT key, value, ${state} FROM ${table} ${range}`,
    listVersions: `SELECT key, ${state} FROM ${table} ${range}`,
  };
}

/** Tries again while another connection holds the lock. Waiting here keeps the event loop free; SQLite's own does not. */
async function whileBusy<R>(step: () => R, signal: AbortSignal | undefined): Promise<R> {
  for (let tries = 0, waited = 0; ; tries++) {
    signal?.throwIfAborted();
    try {
      return step();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (waited >= PATIENCE) throw new StoreBusyError("The database is locked", { cause: error });
    }
    const wait = backoff(tries, 32);
    waited += wait;
    await pause(wait, signal);
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED with their extended codes, as each library spells them. */
function isBusy(error: unknown): boolean {
  const { code, errcode, errno } = (error ?? {}) as { code?: unknown; errcode?: unknown; errno?: unknown };
  if (typeof code === "string" && (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")))
    return true;
  const number = typeof errcode === "number" ? errcode : code === undefined ? errno : undefined;
  return typeof number === "number" && ((number & 0xff) === 5 || (number & 0xff) === 6);
}
