import { pageBounds } from "../contract/key.ts";
import type { Limits } from "../contract/ledger.ts";
import type { DenoKv, DenoKvRange } from "./deno-kv-database.ts";
import { entryIn, keysBelow, rowOf } from "./deno-kv-entries.ts";
import { isTooLongKey, reading, withinAnswerTime } from "./deno-kv-errors.ts";
import { denoKvSwap } from "./deno-kv-swap.ts";
import type { Driver, Row, RowAndEntry } from "./driver.ts";
import { whileBusy } from "./sqlite-waiting.ts";

/** Deno KV reads no more entries at once. */
const MAX_BATCH = 500;

/**
 * A version is the versionstamp of its commit and the random nonce of its entry. The nonce is needed because
 * a database that is restored from a backup gives the same versionstamps again. A swap checks both in one
 * commit. Deno KV can check only versionstamps, so each entry has an empty companion whose key contains the
 * nonce, and which was written in the same commit.
 */
export function denoKvDriver(kv: DenoKv, prefix: readonly string[], { maxAge }: Limits): Driver {
  const keys = keysBelow(prefix);
  const swapOnce = denoKvSwap(kv, keys, maxAge);

  async function find(key: string, id: string | undefined): Promise<RowAndEntry> {
    const wanted = id === undefined ? [keys.value(key)] : [keys.value(key), keys.ledger(id)];
    const [row, entry] = await kv.getMany(wanted);
    return { row: row!.versionstamp === null ? null : rowOf(row!), entry: entry ? entryIn(entry) : null };
  }

  async function listed(range: DenoKvRange, limit: number, values: boolean): Promise<Row[]> {
    const rows: Row[] = [];
    const batchSize = Math.min(limit, MAX_BATCH);
    for await (const { key, value, versionstamp } of kv.list(range, { batchSize })) {
      const name = key.at(-1);
      // Another store may have a longer prefix, such as ["app", "value"] beside ["app"].
      if (key.length !== keys.values.length + 1 || typeof name !== "string") continue;
      const row = rowOf({ value, versionstamp });
      rows.push({ ...row, key: name, value: values ? (row.value ?? null) : null, octets: null });
      if (rows.length === limit) break;
    }
    return rows;
  }

  return {
    maxAge,

    read({ key, known, id, signal }) {
      const readBoth = async () => {
        const { row, entry } = await find(key, id).catch((error: unknown): RowAndEntry => {
          // Such a key was never written.
          if (isTooLongKey(error)) return { row: null, entry: null };
          throw error;
        });
        // The entry has been loaded already; this saves decoding the value.
        const isKnown = row && (known === "*" || known.includes(row.version));
        return { row: isKnown ? { ...row, value: null, octets: null } : row, entry };
      };
      return reading(readBoth, signal);
    },

    swap: (swap) => withinAnswerTime(() => whileBusy(() => swapOnce(swap), swap.signal), swap.signal),

    list({ prefix, after, limit, values, signal }) {
      const { from, isAfter, end } = pageBounds(prefix, after);
      // No key contains U+0000, so appending it gives the next possible key.
      const start = keys.value(isAfter ? `${from}\0` : from);
      const range = end === null ? { start, prefix: keys.values } : { start, end: keys.value(end) };
      return reading(() => listed(range, limit, values), signal);
    },
  };
}
