import { ledgerFull } from "../contract/errors.ts";
import { pageBounds } from "../contract/key.ts";
import type { LedgerEntry, Limits } from "../contract/ledger.ts";
import type { Driver, DriverSwap, Row } from "./driver.ts";
import { type Count, ledgerRoom } from "./ledger-room.ts";
import { certain, isRolledBack } from "./postgres-errors.ts";
import { isNumberTaken, isRepeated } from "./postgres-ledger-errors.ts";
import type { AnyRow, Query } from "./postgres-query.ts";
import { readingBy } from "./postgres-reading.ts";
import { statements, type Tables } from "./postgres-statements.ts";
import { type SwapParameters, swapStatements } from "./postgres-swap.ts";

type SwapRow = Row & { swapped: boolean; crowded: boolean };

/** The columns of an entry, under names that the row does not have. */
interface EntryRow {
  fingerprint: string | null;
  wrote: string;
  made: string | null;
  changed: number | null;
  created: boolean;
  location: string | null;
}

export function postgresDriver(query: Query, tables: Tables, limits: Limits): Driver {
  const [table, ledger] = tables;
  const sql = statements(...tables);
  const swapStatement = swapStatements(...tables);
  const read = readingBy(query, tables);

  const room = ledgerRoom(async () => {
    const [row] = await read(sql.count, [], undefined);
    return row as unknown as Count;
  }, limits.maxEntries);

  return {
    maxAge: limits.maxAge,

    async read({ key, known, id, signal }) {
      // One text instead of an array, because client libraries differ in how they write arrays. A version
      // contains no space.
      const versions = known === "*" ? null : known.join(" ");
      if (id !== undefined) {
        const [row] = await read(sql.readWithEntry, [key, versions, id], signal);
        return { row: row?.version == null ? null : (row as unknown as Row), entry: entryOf(row) };
      }
      const [text, values] =
        known === "*"
          ? [sql.readInfo, [key]]
          : known.length === 0
            ? [sql.read, [key]]
            : [sql.readUnless, [key, versions]];
      const [row = null] = (await read(text, values, signal)) as unknown as Row[];
      return { row, entry: null };
    },

    async swap(swap) {
      const ask = async () => {
        const { text, values } = swapStatement(parametersOf(swap, limits, room.lastNumber()));
        return (await query(text, values, swap.signal)) as unknown as [SwapRow];
      };
      try {
        let [row] = await ask();
        if (row.crowded) {
          // The ledger seems full. The statement has removed expired entries, so there may be room now.
          await room.update();
          [row] = await ask();
        }
        if (row.swapped) return { won: { modified: row.modified } };
        if (row.crowded) throw ledgerFull(limits.maxEntries);
        // The statement's snapshot had no row, but its insert met a row that was written later.
        const isHidden = row.version === null && swap.expected === null;
        return { lost: isHidden ? undefined : row.version === null ? null : row };
      } catch (error) {
        if (isRolledBack(error) || isRepeated(error, swap, ledger)) return { lost: undefined };
        if (isNumberTaken(error, swap, ledger)) {
          // A role that lacks the right still gets another number with each try.
          await query(sql.skipNumbers, [], swap.signal).catch(() => {});
          return { lost: undefined };
        }
        throw certain(error, table);
      }
    },

    async list({ prefix, after, limit, values, signal }) {
      const { from, isAfter, end } = pageBounds(prefix, after);
      const parameters = [limit, from, ...(end === null ? [] : [end])];
      return (await read(sql.list(values, isAfter, end !== null), parameters, signal)) as unknown as Row[];
    },
  };
}

function parametersOf(
  { claim, entry, ...swap }: DriverSwap,
  limits: Limits,
  lastNumber: number,
): SwapParameters {
  if (!claim || !entry) return swap;
  const { fingerprint, location } = entry;
  return { ...swap, entry: { id: claim.id, fingerprint, location, ...limits, lastNumber } };
}

function entryOf(row: AnyRow | undefined): LedgerEntry | null {
  const { fingerprint, wrote, made, changed, created, location } = row as unknown as EntryRow;
  if (fingerprint === null) return null;
  const entry = { fingerprint, key: wrote, version: made, created, location };
  return changed === null ? entry : { ...entry, lastModified: Math.round(Number(changed)) };
}
