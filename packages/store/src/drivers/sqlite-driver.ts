import { ledgerFull } from "../contract/errors.ts";
import type { LedgerEntry, Limits } from "../contract/ledger.ts";
import type { Driver, DriverSwap, DriverSwapResult, Row } from "./driver.ts";
import { type SqliteDatabase, statementsOn } from "./sqlite-connection.ts";
import type { statements } from "./sqlite-statements.ts";
import { whileBusy, writesInTurns } from "./sqlite-waiting.ts";

/** SQLite has no booleans. The options of a connection may make every integer a bigint. */
type KeptEntry = Omit<LedgerEntry, "created" | "lastModified"> & {
  created: number | bigint;
  modified: number | bigint | null;
};

/** Expired entries are removed after this number of keyed writes. */
const REMOVE_EVERY = 10;

export function sqliteDriver(
  db: SqliteDatabase,
  table: string,
  sql: ReturnType<typeof statements>,
  limits: Limits,
): Driver {
  const { rowsOf, change, changeRow, closeOpen, rollBack } = statementsOn(db, table);
  const inTurns = writesInTurns();
  let keyedWrites = 0;

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

  /** Reads the version first. No other call of this process comes between the two statements. */
  function readUnless(key: string, known: readonly string[] | "*"): Row | null {
    if (known.length === 0) return rowsOf(sql.read, key)[0] ?? null;
    const [info] = rowsOf(sql.readInfo, key);
    if (!info) return null;
    if (known !== "*" && !known.includes(info.version)) return rowsOf(sql.read, key)[0] ?? null;
    const { version, modified, writeid } = info;
    return { version, modified, writeid, value: null, octets: null };
  }

  function findEntry(id: string): LedgerEntry | null {
    const [found] = rowsOf(sql.findEntry, id, Date.now()) as unknown as KeptEntry[];
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
      closeOpen();
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
      return whileBusy(() => rowsOf(text, ...bounds, limit), signal, { isRead: true });
    },
  };
}
