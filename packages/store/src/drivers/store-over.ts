import { checkOptions } from "@entity-tag/core/adapter";
import type { Codec } from "../contract/codec.ts";
import { wrongArgument } from "../contract/given.ts";
import { checkKey } from "../contract/key.ts";
import type { LedgerClaim, LedgerEntry } from "../contract/ledger.ts";
import { checkKnown, checkList, checkSwap, SIGNAL_RULES } from "../contract/options.ts";
import { newVersion } from "../contract/version.ts";
import type { Member, Swap, Versioned, VersionedStore } from "../contract/versioned-store.ts";
import type { Driver } from "./driver.ts";
import { decodedRow, legible, memberOf, rowToWrite, written } from "./rows.ts";

/** Builds a store from a driver. It does everything that is the same for all drivers. */
export function storeOver<T>(driver: Driver, codec: Codec<T>): Required<VersionedStore<T>> {
  /** Throws at once on a wrong argument. So its callers are async functions, which reject instead. */
  function readRow(key: string, known: readonly string[] | "*", signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    checkKey(key);
    return driver.read({ key, known, id: undefined, signal });
  }

  return {
    async read(key, options = {}) {
      checkOptions(options, SIGNAL_RULES, "read()");
      const { row } = await readRow(key, [], options.signal);
      return row && (decodedRow(row, codec, []) as Versioned<T>);
    },

    async readUnless(key, known, options = {}) {
      checkOptions(options, SIGNAL_RULES, "readUnless()");
      checkKnown(known, "readUnless()");
      const { row } = await readRow(key, known, options.signal);
      return row && decodedRow(row, codec, known);
    },

    async swap(key, expected, next, options = {}): Promise<Swap<T>> {
      checkSwap(expected, options);
      const { signal, writeId = null, octets, claim, skipValue = false } = options;
      signal?.throwIfAborted();
      checkKey(key);
      const made = next === null ? null : rowToWrite(codec.encode(next), octets, writeId);
      const version = newVersion();
      const entry = claim && entryOf(claim, key, expected, made && version);
      const result = await driver.swap({
        key,
        expected,
        next: made,
        version,
        claim,
        entry,
        skipValue,
        signal,
      });
      if ("won" in result)
        return { swapped: true, current: made && written(next!, made, version, result.won, octets) };
      if (result.lost === undefined) return { swapped: false };
      if (result.lost === null) return { swapped: false, current: null };
      // The client library sent the swap twice, and the first one succeeded.
      if (made && result.lost.version === version) {
        const won = { modified: result.lost.modified };
        return { swapped: true, current: written(next!, made, version, won, octets) };
      }
      return { swapped: false, current: legible(result.lost, codec) };
    },

    ledger: {
      maxAge: driver.maxAge,
      async find(key, id, { known = [], signal } = {}) {
        if (typeof id !== "string") throw wrongArgument("ledger.find(), as the id,", id, "a string");
        checkKnown(known, "ledger.find()");
        signal?.throwIfAborted();
        checkKey(key);
        const { row, entry } = await driver.read({ key, known, id, signal });
        return { current: row && legible(row, codec), entry };
      },
    },

    async list(prefix, options): Promise<Member<T>[]> {
      checkList(options);
      const { limit, after, values = true, signal } = options;
      signal?.throwIfAborted();
      checkKey(prefix);
      const rows = await driver.list({ prefix, after, limit, values, signal });
      return rows.map((row) => memberOf(row, codec, values));
    },
  };
}

function entryOf(
  { fingerprint, location }: LedgerClaim,
  key: string,
  expected: string | null,
  version: string | null,
): LedgerEntry {
  return { fingerprint, key, version, created: expected === null, location: location ?? null };
}
