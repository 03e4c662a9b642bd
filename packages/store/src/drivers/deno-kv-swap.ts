import type { DenoKv, DenoKvAtomic } from "./deno-kv-database.ts";
import {
  type DenoKvKeys,
  type Entry,
  entryIn,
  entryOf,
  type KeptEntry,
  parsedVersion,
  rowOf,
} from "./deno-kv-entries.ts";
import { certain } from "./deno-kv-errors.ts";
import type { DriverSwap, DriverSwapResult, Won } from "./driver.ts";

/** Makes the swap of a driver. `maxAge`: how long the ledger keeps an entry, in seconds. */
export function denoKvSwap(
  kv: DenoKv,
  keys: DenoKvKeys,
  maxAge: number,
): (swap: DriverSwap) => Promise<DriverSwapResult> {
  /** `isByHand`: another program wrote the entry, so its companion is older, or is not there. */
  async function commit(swap: DriverSwap, isByHand: boolean): Promise<Won | undefined> {
    const { key, expected, next, version: nonce } = swap;
    const before = expected === null ? null : parsedVersion(expected);
    if (before === undefined) return undefined;
    const atomic = kv.atomic().check({ key: keys.value(key), versionstamp: before?.versionstamp ?? null });
    if (before) {
      const beside = keys.nonce(key, before.nonce);
      if (!isByHand) atomic.check({ key: beside, versionstamp: before.versionstamp });
      atomic.delete(beside);
    }
    const entry = next && entryOf(next, nonce);
    if (entry) atomic.set(keys.value(key), entry).set(keys.nonce(key, nonce), true);
    else atomic.delete(keys.value(key));
    remember(atomic, swap, entry);
    const result = await atomic.commit();
    if (!result.ok) return undefined;
    const won = { modified: entry?.lastModified ?? 0, version: `${result.versionstamp}.${nonce}` };
    return lacksOctets(swap, entry) ? { ...won, octets: null } : won;
  }

  /** Adds the entry of the ledger to the same commit. */
  function remember(atomic: DenoKvAtomic, swap: DriverSwap, entry: Entry | null): void {
    const { claim, entry: remembered, next, version: nonce } = swap;
    if (!claim || !remembered) return;
    const made: KeptEntry = {
      ...remembered,
      ...(entry && { lastModified: entry.lastModified }),
      ...(lacksOctets(swap, entry) && { lacksOctets: true }),
      ...{ nonce: next && nonce, end: Date.now() + maxAge * 1000 },
    };
    atomic.check({ key: keys.ledger(claim.id), versionstamp: null });
    atomic.set(keys.ledger(claim.id), made, { expireIn: maxAge * 1000 });
  }

  /** Deno KV deletes an expired entry with a delay. Until then it blocks a new entry under the same id. */
  async function removeExpired(id: string): Promise<void> {
    const key = keys.ledger(id);
    const found = await kv.get(key);
    if (found.versionstamp === null || entryIn(found)) return;
    await kv.atomic().check({ key, versionstamp: found.versionstamp }).delete(key).commit();
  }

  async function attempt(swap: DriverSwap, isByHand: boolean): Promise<Won | undefined> {
    try {
      return await commit(swap, isByHand);
    } catch (error) {
      throw certain(error);
    }
  }

  return async (swap) => {
    const won = await attempt(swap, false);
    if (won) return { won };
    if (swap.claim) await removeExpired(swap.claim.id);
    const found = await kv.get(keys.value(swap.key));
    const row = found.versionstamp === null ? null : rowOf(found);
    // The version is the expected one, so the commit failed only because its companion is missing.
    const wonByHand = row && row.version === swap.expected && (await attempt(swap, true));
    if (wonByHand) return { won: wonByHand };
    if (swap.claim) return { lost: undefined };
    // The runtime sent the commit twice, and the first one succeeded.
    if (swap.next && row?.version.endsWith(`.${swap.version}`)) return { won: row };
    return { lost: row };
  };
}

/** True when there was no room for the octets. */
function lacksOctets({ next }: DriverSwap, entry: Entry | null): boolean {
  return Boolean(next?.octets) && !entry?.octets;
}
