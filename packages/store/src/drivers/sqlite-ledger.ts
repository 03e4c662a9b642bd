import type { LedgerEntry, Limits } from "../contract/ledger.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import type { SqliteStatements } from "./sqlite-statements.ts";

/** SQLite has no booleans. The options of a connection may make every integer a bigint. */
type KeptEntry = Omit<LedgerEntry, "created" | "lastModified"> & {
  created: number | bigint;
  modified: number | bigint | null;
};

/** Expired entries are removed after this number of keyed writes. */
const REMOVE_EVERY = 10;

/** The ledger of one store. All but `find` is called within a transaction. */
export function sqliteLedger({ rowsOf, change }: SqliteConnection, sql: SqliteStatements, limits: Limits) {
  let keyedWrites = 0;

  /** Removes some expired entries. */
  function removeExpired(id: string): number {
    const now = Date.now();
    return change(sql.removeExpired, id, now, now);
  }

  function insert(id: string, entry: LedgerEntry, modified: number | null): boolean {
    const { fingerprint, key, version, created, location } = entry;
    const end = Date.now() + limits.maxAge * 1000;
    const values = [id, fingerprint, key, version, modified, created ? 1 : 0, location, end];
    return change(sql.addEntry, ...values, limits.maxEntries) > 0;
  }

  return {
    find(id: string): LedgerEntry | null {
      const [found] = rowsOf(sql.findEntry, id, Date.now()) as unknown as KeptEntry[];
      if (!found) return null;
      const { modified, ...entry } = found;
      return {
        ...entry,
        created: Number(found.created) === 1,
        ...(modified !== null && { lastModified: Number(modified) }),
      };
    },

    /** False when there is no room, or an entry with this id. */
    add(id: string, entry: LedgerEntry, modified: number | null): boolean {
      if (keyedWrites++ % REMOVE_EVERY === 0) removeExpired(id);
      if (insert(id, entry, modified)) return true;
      // The ledger is full, or has an entry with this id. Either may have expired.
      return removeExpired(id) > 0 && insert(id, entry, modified);
    },

    /** Corrects the time of an entry that was added before the time of its version was known. */
    date(id: string, modified: number): void {
      change(sql.dateEntry, modified, id);
    },
  };
}
