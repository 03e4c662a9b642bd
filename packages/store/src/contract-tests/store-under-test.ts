import assert from "node:assert/strict";
import type { CodecOptions } from "../contract/codec.ts";
import type { LedgerLimits } from "../contract/ledger.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";

/** The options that a case opens its store with. */
export interface OptionsUnderTest<T> extends CodecOptions<T> {
  ledger?: LedgerLimits | undefined;
}

/** The means by which a case opens a store. */
export interface StoreUnderTest {
  /** Opens a store on data that nobody else writes to. With a codec, it opens one on other data. */
  open<T>(options?: OptionsUnderTest<T>): Promise<VersionedStore<T>>;
  /** The longest value that the store can hold, in bytes, where that is less than 10 MB. */
  maxValueBytes?: number | undefined;
  /** True when the ledger removes entries only by their time. */
  ledgerHasNoBound?: boolean | undefined;
  /** Replaces the value under this key, in the store without a codec, with one that cannot be decoded. */
  corrupt?(key: string): Promise<void>;
  /** Makes the database unreachable. */
  down?: Fault | undefined;
  /** Makes the database refuse values because it has no room. */
  full?: Fault | undefined;
  /** Makes the database refuse to write. */
  readOnly?: Fault | undefined;
  /** Lets another program hold a lock that every write needs. */
  locked?: Fault | undefined;
}

/** Makes a database fail, and returns the function that repairs it. */
export type Fault = () => Promise<() => Promise<void>>;

/** One sentence of the contract, and the code that checks it. */
export interface Case {
  name: string;
  /** `"skipped"`: the store does not have what this case tests. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most cases return nothing
  run(store: StoreUnderTest): Promise<"skipped" | void>;
}

/** A value of most cases. */
export type Json = Record<string, unknown>;

/** The codec of a store of bytes. */
export const bytes: CodecOptions<Uint8Array> = { encode: (value) => value, decode: (value) => value };

/** A key that no other case and no other run uses. */
export function fresh(): string {
  return `${crypto.randomUUID()}-`;
}

export async function put<T>(store: VersionedStore<T>, key: string, expected: string | null, value: T) {
  const swap = await store.swap(key, expected, value);
  assert.ok(swap.swapped && swap.current, `the swap of ${key} was lost`);
  return swap.current.version;
}

/** Expects that a swap writes nothing. */
export async function lost(swap: Promise<{ swapped: boolean }>, message?: string): Promise<void> {
  assert.equal((await swap).swapped, false, message);
}

export function swapCase(text: string): string {
  return [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("");
}
