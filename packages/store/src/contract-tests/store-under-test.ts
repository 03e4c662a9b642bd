import assert from "node:assert/strict";
import type { CodecOptions } from "../contract/codec.ts";
import type { LedgerLimits } from "../contract/ledger.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";

/** The options of a store that a case asks for. */
export interface OptionsUnderTest<T> extends CodecOptions<T> {
  ledger?: LedgerLimits | undefined;
}

/** What the cases need to know of a store. */
export interface StoreUnderTest {
  /** A store on data that nobody else writes to; with a codec, on other data. */
  open<T>(options?: OptionsUnderTest<T>): Promise<VersionedStore<T>>;
  /** The longest value that can be stored, in bytes, where that is less than 10 MB. */
  maxValueBytes?: number;
  /** True when entries of its ledger end by time alone. */
  ledgerHasNoBound?: boolean;
}

/** One sentence that must be true of every store. */
export interface Case {
  name: string;
  run(store: StoreUnderTest): Promise<void>;
}

/** A key that no other case and no other run uses. */
export function fresh(): string {
  return `${crypto.randomUUID()}-`;
}

export async function put<T>(store: VersionedStore<T>, key: string, expected: string | null, value: T) {
  const swap = await store.swap(key, expected, value);
  assert.ok(swap.swapped && swap.current, `the swap of ${key} was lost`);
  return swap.current.version;
}
