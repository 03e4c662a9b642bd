import { StoreBusyError, ValueTooLargeError } from "../contract/errors.ts";
import { pageBounds } from "../contract/key.ts";
import type { Limits } from "../contract/ledger.ts";
import { ANSWER_TIMEOUT_MS, within } from "../contract/time-limits.ts";
import type { DenoKv } from "./deno-kv-database.ts";
import { entryIn, entryOf, type KeptEntry, parsedVersion, rowOf } from "./deno-kv-entries.ts";
import type { Driver, DriverSwap, DriverSwapResult, Row, RowAndEntry } from "./driver.ts";
import { whileBusy } from "./sqlite-waiting.ts";

/**
 * A version is the versionstamp of its commit and the random nonce of its entry. The nonce is needed because
 * a database that is restored from a backup gives the same versionstamps again. A swap checks both in one
 * commit. Deno KV can check only versionstamps, so each entry has an empty companion whose key contains the
 * nonce, and which was written in the same commit.
 */
export function denoKvDriver(kv: DenoKv, prefix: readonly string[], { maxAge }: Limits): Driver {
  const home = [...prefix, "value"];
  const witness = (key: string, nonce: string) => [...prefix, "nonce", key, nonce];

  const ledger = (id: string) => [...prefix, "ledger", id];

  async function find(key: string, id: string | undefined): Promise<RowAndEntry> {
    const keys = id === undefined ? [[...home, key]] : [[...home, key], ledger(id)];
    const [row, entry] = await kv.getMany(keys);
    return { row: row!.versionstamp === null ? null : rowOf(row!), entry: entry ? entryIn(entry) : null };
  }

  /** `isByHand`: another program wrote the entry, so its companion is older, or is not there. */
  async function commit(swap: DriverSwap, isByHand: boolean) {
    const { key, expected, next, version: nonce, claim, entry: remembered } = swap;
    const before = expected === null ? null : parsedVersion(expected);
    if (before === undefined) return undefined;
    const atomic = kv.atomic().check({ key: [...home, key], versionstamp: before?.versionstamp ?? null });
    if (before && !isByHand) {
      const beside = witness(key, before.nonce);
      atomic.check({ key: beside, versionstamp: before.versionstamp }).delete(beside);
    } else if (before) {
      atomic.delete(witness(key, before.nonce));
    }
    const entry = next && entryOf(next, nonce);
    if (entry) atomic.set([...home, key], entry).set(witness(key, nonce), true);
    else atomic.delete([...home, key]);
    if (claim && remembered) {
      const made: KeptEntry = {
        ...remembered,
        ...(entry && { lastModified: entry.lastModified }),
        ...(next?.octets && !entry?.octets && { lacksOctets: true }),
        ...{ nonce: next && nonce, end: Date.now() + maxAge * 1000 },
      };
      atomic.check({ key: ledger(claim.id), versionstamp: null });
      atomic.set(ledger(claim.id), made, { expireIn: maxAge * 1000 });
    }
    const result = await atomic.commit();
    if (!result.ok) return undefined;
    const won = { modified: entry?.lastModified ?? 0, version: `${result.versionstamp}.${nonce}` };
    return next?.octets && !entry?.octets ? { ...won, octets: null } : won;
  }

  /** Deno KV deletes an expired entry with a delay. Until then it blocks a new entry under the same id. */
  async function removeExpired(id: string): Promise<void> {
    const found = await kv.get(ledger(id));
    if (found.versionstamp === null || entryIn(found)) return;
    await kv
      .atomic()
      .check({ key: ledger(id), versionstamp: found.versionstamp })
      .delete(ledger(id))
      .commit();
  }

  async function attempt(swap: DriverSwap, isByHand = false) {
    try {
      return await commit(swap, isByHand);
    } catch (error) {
      if (isTooLongKey(error))
        throw new ValueTooLargeError("The key is too long for Deno KV", { cause: error });
      throw isClosed(error) ? new StoreBusyError("Deno KV is closed", { cause: error }) : error;
    }
  }

  async function swapOnce(swap: DriverSwap): Promise<DriverSwapResult> {
    const won = await attempt(swap);
    if (won) return { won };
    if (swap.claim) await removeExpired(swap.claim.id);
    const { row } = await find(swap.key, undefined);
    // The version is the expected one, so the commit failed only because its companion is missing.
    const wonByHand = row && row.version === swap.expected && (await attempt(swap, true));
    if (wonByHand) return { won: wonByHand };
    if (swap.claim) return { lost: undefined };
    // The runtime sent the commit twice, and the first one succeeded.
    if (swap.next && row?.version.endsWith(`.${swap.version}`)) return { won: row };
    return { lost: row };
  }

  return {
    maxAge,

    read: ({ key, known, id, signal }) =>
      reading(async () => {
        const { row, entry } = await find(key, id).catch((error: unknown): RowAndEntry => {
          // Such a key was never written.
          if (isTooLongKey(error)) return { row: null, entry: null };
          throw error;
        });
        // The entry has been loaded already; this saves decoding the value.
        const isKnown = row && (known === "*" || known.includes(row.version));
        return { row: isKnown ? { ...row, value: null, octets: null } : row, entry };
      }, signal),

    swap: (swap) => withinAnswerTime(() => whileBusy(() => swapOnce(swap), swap.signal), swap.signal),

    list({ prefix, after, limit, values, signal }) {
      const { from, isAfter, end } = pageBounds(prefix, after);
      // No key contains U+0000, so appending it gives the next possible key.
      const start = [...home, isAfter ? `${from}\0` : from];
      const range = end === null ? { start, prefix: home } : { start, end: [...home, end] };
      return reading(async () => {
        const rows: Row[] = [];
        for await (const { key, value, versionstamp } of kv.list(range, {
          batchSize: Math.min(limit, MAX_BATCH),
        })) {
          const name = key.at(-1);
          // Another store may have a longer prefix, such as ["app", "value"] beside ["app"].
          if (key.length !== home.length + 1 || typeof name !== "string") continue;
          const row = rowOf({ value, versionstamp });
          rows.push({ ...row, key: name, value: values ? (row.value ?? null) : null, octets: null });
          if (rows.length === limit) break;
        }
        return rows;
      }, signal);
    },
  };
}

/** Deno KV reads no more entries at once. */
const MAX_BATCH = 500;

/** The client of a remote database asks the server again and again without an end. This ends the wait. */
function withinAnswerTime<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  const noAnswer = () => new Error(`Deno KV has not answered within ${ANSWER_TIMEOUT_MS} ms`);
  return within(ANSWER_TIMEOUT_MS, work, signal, noAnswer);
}

/** A read that failed has written nothing, whatever the error is. */
async function reading<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    return await withinAnswerTime(work, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new StoreBusyError("Deno KV cannot be read now", { cause: error });
  }
}

/** The prefix takes some of the 2 KiB that a key may have. */
function isTooLongKey(error: unknown): boolean {
  return (error as Error | null)?.message?.startsWith("Key too large") === true;
}

/** The database was closed before the commit was sent. */
function isClosed(error: unknown): boolean {
  return (error as Error | null)?.name === "BadResource";
}
