import type { Stored } from "../contract/codec.ts";
import { ledgerFull } from "../contract/errors.ts";
import type { LedgerEntry, Limits } from "../contract/ledger.ts";
import type { Driver, DriverSwap, DriverSwapResult, Row } from "./driver.ts";
import { isLocked } from "./sqlite-errors.ts";
import type { statements } from "./sqlite-statements.ts";
import { whileBusy, writesInTurns } from "./sqlite-waiting.ts";

/** The interface that `node:sqlite`, `better-sqlite3` and `bun:sqlite` share. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/** The part of a prepared statement that the store uses. */
export interface SqliteStatement {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  all(...values: any[]): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  run(...values: any[]): unknown;
}

/** SQLite has no booleans. The options of a connection may make every integer a bigint. */
type KeptEntry = Omit<LedgerEntry, "created" | "lastModified"> & {
  created: number | bigint;
  modified: number | bigint | null;
};

type Bound = Stored | number | null;

/** Expired entries are removed after this number of keyed writes. */
const REMOVE_EVERY = 10;

/** Prepares a statement whose rows are objects, whatever the options of the connection say. */
export function prepareOn(db: SqliteDatabase, text: string): SqliteStatement {
  const statement: SqliteStatement & { setReturnArrays?(isOn: boolean): void } = db.prepare(text);
  statement.setReturnArrays?.(false);
  return statement;
}

export function sqliteDriver(
  db: SqliteDatabase,
  table: string,
  sql: ReturnType<typeof statements>,
  limits: Limits,
): Driver {
  const inTurns = writesInTurns();
  let keyedWrites = 0;
  const prepared = new Map<string, SqliteStatement>();
  /** The writes that met a lock: see `closeOpen`. */
  const open = new Set<string>();

  // `all`, never `get`: a statement commits at its last step, and `get` stops before it. If that commit is refused
  // because another connection reads, `get` would report a swap that was never stored.
  function run(text: string, ...values: Bound[]): Row[] {
    return statementOf(text).all(...values) as Row[];
  }

  /**
   * Runs a statement that returns no rows. Gives the number of rows that it changed: `RETURNING` would cost a fifth
   * more.
   */
  function change(text: string, ...values: Bound[]): number {
    const result = statementOf(text).run(...values) as { changes: number | bigint };
    return Number(result.changes);
  }

  function statementOf(text: string): SqliteStatement {
    const statement = prepared.get(text) ?? prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  function prepare(text: string): SqliteStatement {
    try {
      return prepareOn(db, text);
    } catch (error) {
      // No `instanceof Error`: Jest gives each test file an `Error` of its own, and SQLite throws the original one.
      const reason = (error as Error | null)?.message ?? "";
      if (reason.includes("no such column") || reason.includes("has no column")) {
        throw new TypeError(`Cannot use the table ${table}: ${reason}. createTable() says what to do`, {
          cause: error,
        });
      }
      if (!reason.includes("no such table")) throw error;
      throw new TypeError(`Cannot use the table ${table}: it does not exist. Call createTable() first`, {
        cause: error,
      });
    }
  }

  /** A change that may meet a lock. */
  function changeRow(text: string, ...values: Bound[]): number {
    try {
      const changes = change(text, ...values);
      if (open.size > 0) open.delete(text);
      return changes;
    } catch (error) {
      if (isLocked(error)) open.add(text);
      throw error;
    }
  }

  /**
   * libsql keeps a write open that met a lock, and commits no transaction until that write has run again. So this runs it
   * again, with NULL for its key, which changes nothing.
   */
  function closeOpen(): void {
    for (const text of open) {
      try {
        change(text, ...Array<null>(text.split("?").length - 1).fill(null));
      } catch {}
    }
    open.clear();
  }

  /** When the new version was made; `undefined` if the swap is lost. */
  function swapAt(now: number, { key, expected, next, version }: DriverSwap): number | undefined {
    if (!next && expected === null) return run(sql.readInfo, key).length > 0 ? undefined : 0;
    if (!next) return changeRow(sql.remove, key, expected) > 0 ? 0 : undefined;
    const { value, octets, writeId } = next;
    const changes =
      expected === null
        ? changeRow(sql.insert, key, value, octets, version, now, writeId)
        : changeRow(sql.update, value, octets, version, now, writeId, key, expected, now);
    return changes > 0 ? now : undefined;
  }

  /** Reads the version first. No other call of this process comes between the two statements. */
  function readUnless(key: string, known: readonly string[] | "*"): Row | null {
    if (known.length === 0) return run(sql.read, key)[0] ?? null;
    const [info] = run(sql.readInfo, key);
    if (!info) return null;
    if (known !== "*" && !known.includes(info.version)) return run(sql.read, key)[0] ?? null;
    const { version, modified, writeid } = info;
    return { version, modified, writeid, value: null, octets: null };
  }

  function findEntry(id: string): LedgerEntry | null {
    const [found] = run(sql.findEntry, id, Date.now()) as unknown as KeptEntry[];
    if (!found) return null;
    const { modified, ...entry } = found;
    return {
      ...entry,
      created: Number(found.created) === 1,
      ...(modified !== null && { lastModified: Number(modified) }),
    };
  }

  function swapAndTell(swap: DriverSwap, time = Date.now()): DriverSwapResult {
    const { key, expected, skipValue } = swap;
    for (let now = time; ; ) {
      const modified = swapAt(now, swap);
      if (modified !== undefined) return { won: { modified } };
      const found = readUnless(key, skipValue ? "*" : []);
      // The clock was set back, so the time of the previous version is used.
      const isLater = found !== null && found.version === expected && Number(found.modified) > now;
      if (!isLater) return { lost: found };
      now = Number(found.modified);
    }
  }

  /**
   * Writes the value and its ledger entry in one transaction. It awaits nothing, so no other call uses the
   * connection in between.
   */
  function swapAndRemember(swap: DriverSwap, id: string, entry: LedgerEntry): DriverSwapResult {
    change("BEGIN IMMEDIATE");
    try {
      if (open.size > 0) closeOpen();
      if (keyedWrites++ % REMOVE_EVERY === 0) removeExpired(id);
      const now = Date.now();
      const made = { ...entry, modified: swap.next ? now : null };
      // The ledger is full, or has an entry with this id. Either may have expired.
      if (!remember(id, made) && (removeExpired(id) === 0 || !remember(id, made))) return refuse(id);
      const result = swapAndTell(swap, now);
      if ("won" in result && swap.next && result.won.modified !== now)
        change(sql.dateEntry, Number(result.won.modified), id);
      change("won" in result ? "COMMIT" : "ROLLBACK");
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  /** Commits the removal of expired entries. Otherwise entries that expired together would never be removed. */
  function refuse(id: string): DriverSwapResult {
    const isRepeated = findEntry(id) !== null;
    change("COMMIT");
    if (isRepeated) return { lost: undefined };
    throw ledgerFull(limits.maxEntries);
  }

  /** Removes some expired entries. */
  function removeExpired(id: string): number {
    const now = Date.now();
    return change(sql.removeExpired, id, now, now);
  }

  /** False when there is no room, or an entry with this id. */
  function remember(id: string, entry: LedgerEntry & { modified: number | null }): boolean {
    const { fingerprint, key, version, modified, created, location } = entry;
    const end = Date.now() + limits.maxAge * 1000;
    const values = [id, fingerprint, key, version, modified, created ? 1 : 0, location, end];
    return change(sql.addEntry, ...values, limits.maxEntries) > 0;
  }

  /** A full disk and some other errors have rolled the transaction back already. */
  function rollBack(): void {
    try {
      change("ROLLBACK");
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
        { isRead: true },
      ),

    swap: (swap) => {
      const { claim, entry, signal } = swap;
      const step = claim && entry ? () => swapAndRemember(swap, claim.id, entry) : () => swapAndTell(swap);
      return whileBusy(step, signal, { run: inTurns });
    },

    list({ prefix, after, limit, values, signal }) {
      const { text, bounds } = sql.list(values, prefix, after);
      return whileBusy(() => run(text, ...bounds, limit), signal, { isRead: true });
    },
  };
}
