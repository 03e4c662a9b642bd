import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf, type Stored } from "./contract/codec.ts";
import { ledgerFull } from "./contract/errors.ts";
import { compareKeys, pageBounds } from "./contract/key.ts";
import { type LedgerEntry, type LedgerLimits, type Limits, limitsOf } from "./contract/ledger.ts";
import { STORE_RULES } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import type { Driver, Row } from "./drivers/driver.ts";
import { storeOver } from "./drivers/store-over.ts";

/** The options of {@link memoryStore}. */
export interface MemoryOptions<T> extends CodecOptions<T> {
  ledger?: LedgerLimits | undefined;
}

/**
 * A store in the memory of this process: for tests, and for state that may be lost with the process.
 *
 * Values are kept encoded, as in every other driver: changing an object that was read does not change the
 * store.
 *
 * @throws {TypeError} when only one of `encode` and `decode` is given
 * @example
 * const store = memoryStore<{ content: string }>();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * await store.swap("home", null, { content: "Again" }); // { swapped: false, … }
 * @see RFC 9110 §13.1.1
 */
export function memoryStore<T>(options: MemoryOptions<T> = {}): Required<VersionedStore<T>> {
  checkOptions(options, STORE_RULES, "memoryStore()");
  return storeOver(memoryDriver(limitsOf(options.ledger)), codecOf(options));
}

/**
 * These methods never await between reading the map and writing it, so the event loop makes each step
 * indivisible.
 */
function memoryDriver(limits: Limits): Driver {
  const rows = new Map<string, Row>();
  const ledger = memoryLedger(limits);
  const order = sortedKeys(rows);

  return {
    maxAge: limits.maxAge,

    async read({ key, known, id }) {
      const row = rows.get(key);
      const entry = id === undefined ? undefined : ledger.get(id);
      const isKnown = row && (known === "*" || known.includes(row.version));
      return { row: row ? shown(row, !isKnown) : null, entry: entry ?? null };
    },

    async swap({ key, expected, next, version, claim, entry, skipValue }) {
      const found = rows.get(key);
      if (claim && ledger.get(claim.id)) return { lost: undefined };
      if ((found?.version ?? null) !== expected) return { lost: found ? shown(found, !skipValue) : null };
      // A clock can be set back.
      const modified = Math.max(Date.now(), Number(found?.modified ?? 0));
      if (claim && entry) ledger.add(claim.id, next ? { ...entry, lastModified: modified } : entry);
      if (!next) {
        if (found) order.remove(key);
        rows.delete(key);
        return { won: { modified: 0 } };
      }
      const { octets, writeId: writeid } = next;
      if (!found) order.add(key);
      rows.set(key, { key, value: copyOf(next.value), octets, version, modified, writeid });
      return { won: { modified } };
    },

    async list({ prefix, after, limit, values }) {
      return order
        .from(prefix, after, limit)
        .map((key) => ({ ...shown(rows.get(key)!, values), octets: null }));
    },
  };
}

/** Entries expire in the order of their creation, so the oldest are at the front of the map. */
function memoryLedger({ maxAge, maxEntries }: Limits) {
  const entries = new Map<string, { entry: LedgerEntry; end: number }>();

  function removeExpired(): void {
    // The monotonic clock: the time of day can be set forward and back.
    const now = performance.now();
    for (const [id, { end }] of entries) {
      if (end > now) return;
      entries.delete(id);
    }
  }

  return {
    get(id: string): LedgerEntry | undefined {
      removeExpired();
      return entries.get(id)?.entry;
    },
    add(id: string, entry: LedgerEntry): void {
      if (entries.size >= maxEntries) throw ledgerFull(maxEntries);
      entries.set(id, { entry, end: performance.now() + maxAge * 1000 });
    },
  };
}

/** A row for the caller, with copies of the bytes. */
function shown(row: Row, withValue: boolean): Row {
  return { ...row, value: withValue && row.value != null ? copyOf(row.value) : null };
}

function copyOf(stored: Stored): Stored {
  return typeof stored === "string" ? stored : new Uint8Array(stored);
}

/** The keys in the order of their code points. The first listing sorts them; later writes keep the order. */
function sortedKeys(rows: ReadonlyMap<string, Row>) {
  let sorted: string[] | undefined;

  /** The index of the first key that is not before this one. */
  function indexOf(keys: string[], key: string): number {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add: (key: string) => void sorted?.splice(indexOf(sorted, key), 0, key),
    remove: (key: string) => void sorted?.splice(indexOf(sorted, key), 1),
    from(prefix: string, after: string | undefined, limit: number): string[] {
      sorted ??= [...rows.keys()].sort(compareKeys);
      const { from, isAfter } = pageBounds(prefix, after);
      let start = indexOf(sorted, from);
      if (isAfter && sorted[start] === from) start++;
      const page = sorted.slice(start, start + limit);
      const end = page.findIndex((key) => !key.startsWith(prefix));
      return end < 0 ? page : page.slice(0, end);
    },
  };
}
