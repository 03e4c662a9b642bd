import { ledgerFull } from "../contract/errors.ts";
import type { LedgerEntry, Limits } from "../contract/ledger.ts";
import type { Driver, DriverSwap, DriverSwapResult, Row } from "./driver.ts";
import { type SqliteConnection, type SqliteDatabase, sqliteConnection } from "./sqlite-connection.ts";
import { sqliteLedger } from "./sqlite-ledger.ts";
import type { SqliteStatements } from "./sqlite-statements.ts";
import { whileBusy, writesInTurns } from "./sqlite-waiting.ts";

export function sqliteDriver(
  db: SqliteDatabase,
  table: string,
  sql: SqliteStatements,
  limits: Limits,
): Driver {
  const connection = sqliteConnection(db, table);
  const { rowsOf, change, closeOpen, rollBack } = connection;
  const { readUnless, swapRow } = sqliteRows(connection, sql);
  const ledger = sqliteLedger(connection, sql, limits);
  const inTurns = writesInTurns();

  /**
   * Writes the value and its ledger entry in one transaction. It awaits nothing, so no other call uses the
   * connection in between.
   */
  function swapAndRemember(swap: DriverSwap, id: string, entry: LedgerEntry): DriverSwapResult {
    change("BEGIN IMMEDIATE");
    try {
      closeOpen();
      const now = Date.now();
      if (!ledger.add(id, entry, swap.next ? now : null)) return refuse(id);
      const result = swapRow(swap, now);
      if ("won" in result && swap.next && result.won.modified !== now)
        ledger.date(id, Number(result.won.modified));
      change("won" in result ? "COMMIT" : "ROLLBACK");
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  /** Commits the removal of expired entries. Otherwise entries that expired together would never be removed. */
  function refuse(id: string): DriverSwapResult {
    const isRepeated = ledger.find(id) !== null;
    change("COMMIT");
    if (isRepeated) return { lost: undefined };
    throw ledgerFull(limits.maxEntries);
  }

  return {
    maxAge: limits.maxAge,

    read({ key, known, id, signal }) {
      const readBoth = () => {
        // The entry is read second. If a write happens between the two reads, it is found in the ledger instead of
        // being judged.
        const row = readUnless(key, known);
        return { row, entry: id === undefined ? null : ledger.find(id) };
      };
      return whileBusy(readBoth, signal, { isRead: true });
    },

    swap(swap) {
      const { claim, entry, signal } = swap;
      const step = claim && entry ? () => swapAndRemember(swap, claim.id, entry) : () => swapRow(swap);
      return whileBusy(step, signal, { run: inTurns });
    },

    list({ prefix, after, limit, values, signal }) {
      const { text, bounds } = sql.list(values, prefix, after);
      return whileBusy(() => rowsOf(text, ...bounds, limit), signal, { isRead: true });
    },
  };
}

/** The rows of one table, without its ledger. */
function sqliteRows({ rowsOf, changeRow }: SqliteConnection, sql: SqliteStatements) {
  /** Reads the version first. No other call of this process comes between the two statements. */
  function readUnless(key: string, known: readonly string[] | "*"): Row | null {
    if (known.length === 0) return rowsOf(sql.read, key)[0] ?? null;
    const [info] = rowsOf(sql.readInfo, key);
    if (!info) return null;
    if (known !== "*" && !known.includes(info.version)) return rowsOf(sql.read, key)[0] ?? null;
    const { version, modified, writeid } = info;
    return { version, modified, writeid, value: null, octets: null };
  }

  /** When the new version was made; `undefined` if the swap is lost. */
  function swapAt(now: number, { key, expected, next, version }: DriverSwap): number | undefined {
    if (!next && expected === null) return rowsOf(sql.readInfo, key).length > 0 ? undefined : 0;
    if (!next) return changeRow(sql.remove, key, expected) > 0 ? 0 : undefined;
    const { value, octets, writeId } = next;
    const changes =
      expected === null
        ? changeRow(sql.insert, key, value, octets, version, now, writeId)
        : changeRow(sql.update, value, octets, version, now, writeId, key, expected, now);
    return changes > 0 ? now : undefined;
  }

  /** Swaps the row, or tells which row was found instead. */
  function swapRow(swap: DriverSwap, time = Date.now()): DriverSwapResult {
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

  return { readUnless, swapRow };
}
