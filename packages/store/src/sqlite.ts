import { type CodecOptions, codecOf, type Stored } from "./contract/codec.ts";
import { StoreBusyError } from "./contract/errors.ts";
import { compareKeys, endOfPrefix } from "./contract/key.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { backoff, pause } from "./contract/waiting.ts";
import { type Driver, type DriverSwap, type Row, storeOver } from "./drivers/driver.ts";
import { quoteTable } from "./drivers/identifier.ts";

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

export interface SqliteStore<T> extends Required<Omit<VersionedStore<T>, "ledger">> {
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
  const table = quoteTable(options.table ?? "entity_tag");
  const store: SqliteStore<T> = {
    ...storeOver(sqliteDriver(db, table), codecOf(options)),
    async createTable({ signal } = {}) {
      await whileBusy(() => db.prepare(statements(table).create).run(), signal);
      return store;
    },
  };
  return store;
}

function sqliteDriver(db: SqliteDatabase, table: string): Driver {
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

  function swapOnce({ key, expected, next, version }: DriverSwap): Pick<Row, "modified">[] {
    if (!next && expected !== null) return run(sql.remove, key, expected);
    if (!next) return run(sql.readUnless, null, null, key).length > 0 ? [] : [{ modified: 0 }];
    const values = [next.value, next.octets, version, Date.now(), next.writeId];
    return expected === null ? run(sql.insert, key, ...values) : run(sql.update, ...values, key, expected);
  }

  function readUnless(key: string, known: readonly string[] | "*"): Row | null {
    const versions = known === "*" ? null : JSON.stringify(known);
    return run(sql.readUnless, versions, versions, key)[0] ?? null;
  }

  return {
    read: ({ key, known, signal }) =>
      whileBusy(() => {
        const row = known.length === 0 ? (run(sql.read, key)[0] ?? null) : readUnless(key, known);
        return { row, entry: null };
      }, signal),

    swap: (swap) =>
      whileBusy(() => {
        const [won] = swapOnce(swap);
        return won ? { won } : { lost: readUnless(swap.key, swap.skipValue ? "*" : []) };
      }, swap.signal),

    list({ prefix, after, limit, values, signal }) {
      const { text, bounds } = sql.list(values, prefix, after);
      return whileBusy(() => run(text, ...bounds, limit), signal);
    },
  };
}

function statements(table: string) {
  const state = "version, last_modified AS modified, write_id AS writeid";
  return {
    create: `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, octets BLOB,
      version TEXT NOT NULL, last_modified INTEGER NOT NULL, write_id TEXT)`,
    read: `SELECT value, octets, ${state} FROM ${table} WHERE key = ?`,
    readUnless: `SELECT CASE WHEN known THEN NULL ELSE value END AS value,
      CASE WHEN known THEN NULL ELSE octets END AS octets, ${state}
      FROM (SELECT *, ? IS NULL OR version IN (SELECT json_each.value FROM json_each(?)) AS known
      FROM ${table} WHERE key = ?)`,
    insert: `INSERT INTO ${table} (key, value, octets, version, last_modified, write_id) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO NOTHING RETURNING last_modified AS modified`,
    update: `UPDATE ${table} SET value = ?, octets = ?, version = ?, last_modified = max(last_modified, ?), write_id = ?
      WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    remove: `DELETE FROM ${table} WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    /** One lower bound: of two, SQLite seeks the first and filters by the second. */
    list(values: boolean, prefix: string, after: string | undefined) {
      const isLater = after !== undefined && compareKeys(after, prefix) >= 0;
      const end = endOfPrefix(prefix);
      const text = `SELECT key, ${values ? "value, " : ""}${state} FROM ${table}
        WHERE key ${isLater ? ">" : ">="} ?${end === null ? "" : " AND key < ?"} ORDER BY key LIMIT ?`;
      return { text, bounds: [isLater ? after : prefix, ...(end === null ? [] : [end])] };
    },
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
