import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf, type Stored } from "./contract/codec.ts";
import {
  ConstraintError,
  ledgerFull,
  StoreBusyError,
  StoreFullError,
  ValueTooLargeError,
} from "./contract/errors.ts";
import { wrongArgument } from "./contract/given.ts";
import { compareKeys, endOfPrefix } from "./contract/key.ts";
import { type LedgerEntry, type LedgerLimits, type Limits, limitsOf } from "./contract/ledger.ts";
import { checkedElsewhere, SIGNAL_RULES, STORE_RULES } from "./contract/options.ts";
import { PATIENCE } from "./contract/patience.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { backoff, pause } from "./contract/waiting.ts";
import {
  type Driver,
  type DriverSwap,
  type DriverSwapResult,
  type Row,
  storeOver,
} from "./drivers/driver.ts";
import { ledgerTable, quoteTable } from "./drivers/identifier.ts";
import { type Column, checkShape, type FoundColumn } from "./drivers/table-shape.ts";

/** The interface that `node:sqlite`, `better-sqlite3` and `bun:sqlite` share. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  all(...values: any[]): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  run(...values: any[]): unknown;
}

export interface SqliteOptions<T> extends CodecOptions<T> {
  /** Letters, digits and `_`. Default `entity_tag`. */
  table?: string | undefined;
  ledger?: LedgerLimits | undefined;
}

export interface SqliteStore<T> extends Required<VersionedStore<T>> {
  /**
   * Creates the tables unless they exist. It is safe to call again, and from many processes at once. Returns the
   * store.
   *
   * @throws {TypeError} when a table has this name already and lacks a column: the error shows the statement that adds it
   */
  createTable(options?: StoreOptions): Promise<SqliteStore<T>>;
}

/** SQLite has no booleans. */
type KeptEntry = Omit<LedgerEntry, "created" | "lastModified"> & { created: number; modified: number | null };

type Bound = Stored | number | null;

/**
 * A store in a table of a SQLite database. Any number of processes may share it.
 *
 * Each step is one statement or one transaction, so do not call it between `BEGIN` and `COMMIT` on the same
 * connection. Call `createTable()` once before the first use. The store sets the connection's busy timeout to 0,
 * because SQLite's own waiting blocks the event loop. It tries a locked database again for two seconds instead.
 *
 * @throws {TypeError} on a table name that is not valid, or when only one of `encode` and `decode` is given
 * @example
 * import { DatabaseSync } from "node:sqlite";
 *
 * const store = await sqliteStore<{ content: string }>(new DatabaseSync(":memory:")).createTable();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function sqliteStore<T>(db: SqliteDatabase, options: SqliteOptions<T> = {}): SqliteStore<T> {
  if (typeof (db as SqliteDatabase | null)?.prepare !== "function")
    throw wrongArgument("sqliteStore()", db, 'a database, such as new DatabaseSync("file.db")');
  checkOptions(options, { ...STORE_RULES, table: checkedElsewhere }, "sqliteStore()");
  const table = quoteTable(options.table ?? "entity_tag");
  const sql = statements(table, ledgerTable(options.table ?? "entity_tag"));
  const driver = sqliteDriver(db, table, sql, limitsOf(options.ledger));
  const store: SqliteStore<T> = {
    ...storeOver(driver, codecOf(options)),
    async createTable(options = {}) {
      checkOptions(options, SIGNAL_RULES, "createTable()");
      const { signal } = options;
      for (const create of sql.create) await whileBusy(() => db.prepare(create).run(), signal);
      for (const [each, wanted] of sql.columns) {
        const [name, schema = null] = each.replaceAll('"', "").split(".").reverse();
        const found = await whileBusy(() => db.prepare(COLUMNS).all(name, schema), signal);
        checkShape(each, wanted, found as FoundColumn[]);
      }
      return store;
    },
  };
  // better-sqlite3 blocks for five seconds by default.
  db.prepare("PRAGMA busy_timeout = 0").all();
  return store;
}

function sqliteDriver(
  db: SqliteDatabase,
  table: string,
  sql: ReturnType<typeof statements>,
  limits: Limits,
): Driver {
  const prepared = new Map<string, SqliteStatement>();

  // `all`, never `get`: a statement commits at its last step, and `get` stops before it. If that commit is refused
  // because another connection reads, `get` would report a swap that was never stored.
  function run(text: string, ...values: Bound[]): Row[] {
    return statementOf(text).all(...values) as Row[];
  }

  /** Runs a statement that returns no rows. */
  function command(text: string): void {
    statementOf(text).run();
  }

  function statementOf(text: string): SqliteStatement {
    const statement = prepared.get(text) ?? prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  function prepare(text: string): SqliteStatement {
    try {
      return db.prepare(text);
    } catch (error) {
      // No `instanceof Error`: Jest gives each test file an `Error` of its own, and SQLite throws the original one.
      const reason = (error as Error | null)?.message ?? "";
      if (reason.includes("no such column") || reason.includes("has no column")) {
        throw new TypeError(`Cannot use the table ${table}: ${reason}. createTable() says what to do`, {
          cause: error,
        });
      }
      if (!reason.includes("no such table")) throw error;
      throw new TypeError(`Cannot use the table ${table}: it is not there. Call createTable() first`, {
        cause: error,
      });
    }
  }

  function swapOnce({ key, expected, next, version }: DriverSwap): Pick<Row, "modified">[] {
    if (!next && expected !== null) return run(sql.remove, key, expected);
    if (!next) return run(sql.readInfo, key).length > 0 ? [] : [{ modified: 0 }];
    const values = [next.value, next.octets, version, Date.now(), next.writeId];
    return expected === null ? run(sql.insert, key, ...values) : run(sql.update, ...values, key, expected);
  }

  /** Reads the version first. No other call of this process comes between the two statements. */
  function readUnless(key: string, known: readonly string[] | "*"): Row | null {
    const [info] = known.length > 0 ? run(sql.readInfo, key) : [];
    if (info && (known === "*" || known.includes(info.version)))
      return { ...info, value: null, octets: null };
    return run(sql.read, key)[0] ?? null;
  }

  function findEntry(id: string): LedgerEntry | null {
    const [found] = run(sql.findEntry, id, Date.now()) as unknown as KeptEntry[];
    if (!found) return null;
    const { modified, ...entry } = found;
    return {
      ...entry,
      created: found.created === 1,
      ...(modified !== null && { lastModified: Number(modified) }),
    };
  }

  function swapAndTell(swap: DriverSwap): DriverSwapResult {
    const [won] = swapOnce(swap);
    return won ? { won } : { lost: readUnless(swap.key, swap.skipValue ? "*" : []) };
  }

  /**
   * Writes the value and its ledger entry in one transaction. It awaits nothing, so no other call uses the
   * connection in between.
   */
  function swapAndRemember(swap: DriverSwap, id: string, entry: LedgerEntry): DriverSwapResult {
    command("BEGIN IMMEDIATE");
    try {
      const isRepeated = findEntry(id) !== null;
      if (!isRepeated) makeRoom(id);
      const result: DriverSwapResult = isRepeated ? { lost: undefined } : swapAndTell(swap);
      if ("won" in result) remember(id, entry, swap.next ? Number(result.won.modified) : null);
      command("won" in result ? "COMMIT" : "ROLLBACK");
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  /**
   * Removes some expired entries. If the ledger is still full, this keeps the removal and refuses the write. Otherwise
   * entries that expired together would never be removed.
   */
  function makeRoom(id: string): void {
    const now = Date.now();
    run(sql.removeExpired, id, now, now);
    const [count] = run(sql.countEntries) as unknown as { count: number | null }[];
    if ((count?.count ?? 0) < limits.maxEntries) return;
    db.prepare("COMMIT").run();
    throw ledgerFull(limits.maxEntries);
  }

  function remember(
    id: string,
    { fingerprint, key, version, created, location }: LedgerEntry,
    modified: number | null,
  ): void {
    const end = Date.now() + limits.maxAge * 1000;
    run(sql.addEntry, id, fingerprint, key, version, modified, created ? 1 : 0, location, end);
  }

  /** A full disk and some other errors have rolled the transaction back already. */
  function rollBack(): void {
    try {
      command("ROLLBACK");
    } catch {}
  }

  return {
    maxAge: limits.maxAge,

    read: ({ key, known, id, signal }) =>
      whileBusy(
        () => {
          // The entry is read second. If a write happens between the two reads, it is found in the ledger instead of
          // being judged.
          const row = readUnless(key, known);
          return { row, entry: id === undefined ? null : findEntry(id) };
        },
        signal,
        true,
      ),

    swap: (swap) => {
      const { claim, entry, signal } = swap;
      const step = claim && entry ? () => swapAndRemember(swap, claim.id, entry) : () => swapAndTell(swap);
      return whileBusy(step, signal);
    },

    list({ prefix, after, limit, values, signal }) {
      const { text, bounds } = sql.list(values, prefix, after);
      return whileBusy(() => run(text, ...bounds, limit), signal, true);
    },
  };
}

const COLUMNS = "SELECT name, type FROM pragma_table_info(?, coalesce(?, 'main'))";

/** The columns that `createTable` makes, and the statements that add one to a table that lacks it. */
function columnsOf(table: string): Column[] {
  const add = (column: string) => `ALTER TABLE ${table} ADD COLUMN ${column}`;
  return [
    { name: "key" },
    { name: "value" },
    { name: "octets", add: add("octets BLOB") },
    {
      name: "version",
      add: `${add("version TEXT NOT NULL DEFAULT ''")}; UPDATE ${table} SET version = hex(randomblob(15))`,
    },
    { name: "last_modified", add: add("last_modified INTEGER NOT NULL DEFAULT 0") },
    { name: "write_id", add: add("write_id TEXT") },
  ];
}

const LEDGER_COLUMNS: Column[] = [
  "seq",
  "id",
  "fingerprint",
  "key",
  "version",
  "modified",
  "created",
  "location",
  "expires",
].map((name) => ({ name }));

function statements(table: string, ledger: string) {
  const state = "version, last_modified AS modified, write_id AS writeid";
  return {
    create: [
      // The values come last: to read a column, SQLite reads all of the row that comes before it.
      `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, version TEXT NOT NULL,
        last_modified INTEGER NOT NULL, write_id TEXT, value BLOB NOT NULL, octets BLOB)`,
      `CREATE TABLE IF NOT EXISTS ${ledger} (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        fingerprint TEXT NOT NULL, key TEXT NOT NULL, version TEXT, modified INTEGER, created INTEGER NOT NULL, location TEXT,
        expires INTEGER NOT NULL)`,
    ],
    columns: [
      [table, columnsOf(table)],
      [ledger, LEDGER_COLUMNS],
    ] as const,
    findEntry: `SELECT fingerprint, key, version, modified, created, location FROM ${ledger} WHERE id = ? AND expires > ?`,
    // Entries expire in the order in which they were made. So only the oldest need checking, and the count follows
    // from the two ends of the index.
    removeExpired: `DELETE FROM ${ledger} WHERE id = ? AND expires <= ? OR seq IN
      (SELECT seq FROM (SELECT seq, expires FROM ${ledger} ORDER BY seq LIMIT 20) WHERE expires <= ?) RETURNING seq`,
    countEntries: `SELECT (SELECT max(seq) FROM ${ledger}) - (SELECT min(seq) FROM ${ledger}) + 1 AS count`,
    addEntry: `INSERT INTO ${ledger} (id, fingerprint, key, version, modified, created, location, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
    read: `SELECT value, octets, ${state} FROM ${table} WHERE key = ?`,
    readInfo: `SELECT ${state} FROM ${table} WHERE key = ?`,
    insert: `INSERT INTO ${table} (key, value, octets, version, last_modified, write_id) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO NOTHING RETURNING last_modified AS modified`,
    update: `UPDATE ${table} SET value = ?, octets = ?, version = ?, last_modified = max(last_modified, ?), write_id = ?
      WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    remove: `DELETE FROM ${table} WHERE key = ? AND version = ? RETURNING last_modified AS modified`,
    /** Gives one lower bound: with two, SQLite seeks by the first and filters by the second. */
    list(values: boolean, prefix: string, after: string | undefined) {
      const isLater = after !== undefined && compareKeys(after, prefix) >= 0;
      const end = endOfPrefix(prefix);
      const text = `SELECT key, ${values ? "value, " : ""}${state} FROM ${table}
        WHERE key ${isLater ? ">" : ">="} ?${end === null ? "" : " AND key < ?"} ORDER BY key LIMIT ?`;
      return { text, bounds: [isLater ? after : prefix, ...(end === null ? [] : [end])] };
    },
  };
}

/**
 * Tries again while another connection holds the lock. This wait keeps the event loop free; SQLite's own blocks it.
 */
async function whileBusy<R>(step: () => R, signal: AbortSignal | undefined, isRead = false): Promise<R> {
  const end = performance.now() + PATIENCE;
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    try {
      return step();
    } catch (error) {
      const code = resultCode(error);
      if (code === TOO_BIG)
        throw new ValueTooLargeError("The value is too long for SQLite", { cause: error });
      // A read that failed has written nothing. A write may have failed after its commit.
      if (code !== undefined && (REFUSED.has(code) || (isRead && code === IO_ERROR)))
        throw new StoreBusyError("SQLite cannot do this now", { cause: error });
      if (code === FULL) throw new StoreFullError("The disk is full", { cause: error });
      if (code === READONLY) throw new StoreBusyError("The database is read-only", { cause: error });
      if (code === CONSTRAINT) throw new ConstraintError((error as Error).message, { cause: error });
      if (code !== BUSY && code !== LOCKED) throw error;
      if (performance.now() >= end) throw new StoreBusyError("The database is locked", { cause: error });
    }
    await pause(backoff(tries, 32), signal);
  }
}

const [BUSY, LOCKED, READONLY, IO_ERROR, FULL, TOO_BIG, CONSTRAINT] = [5, 6, 8, 10, 13, 18, 19];
/** No memory, interrupted, cannot open a file, locking protocol: the statement was rolled back. */
const REFUSED: ReadonlySet<number> = new Set([7, 9, 14, 15]);
const CODES = new Map([
  ["SQLITE_BUSY", BUSY],
  ["SQLITE_LOCKED", LOCKED],
  ["SQLITE_NOMEM", 7],
  ["SQLITE_READONLY", READONLY],
  ["SQLITE_INTERRUPT", 9],
  ["SQLITE_IOERR", IO_ERROR],
  ["SQLITE_FULL", FULL],
  ["SQLITE_CANTOPEN", 14],
  ["SQLITE_PROTOCOL", 15],
  ["SQLITE_TOOBIG", TOO_BIG],
  ["SQLITE_CONSTRAINT", CONSTRAINT],
]);

/** The primary result code of an error, whichever library raised it. */
function resultCode(error: unknown): number | undefined {
  const { code, errcode, errno } = (error ?? {}) as { code?: unknown; errcode?: unknown; errno?: unknown };
  if (typeof code === "string" && code.startsWith("SQLITE_")) {
    return CODES.get(code.split("_", 2).join("_"));
  }
  const number = typeof errcode === "number" ? errcode : code === undefined ? errno : undefined;
  return typeof number === "number" ? number & 0xff : undefined;
}
