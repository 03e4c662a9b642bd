import type { StoreOptions, Versioned, VersionInfo } from "./versioned-store.ts";

/** What a keyed write asks the ledger to remember, if its swap is made. */
export interface LedgerClaim {
  /** Names the client and its key. */
  id: string;
  /** What the request asks for: another one under the same `id` is a mistake of its client. */
  fingerprint: string;
  /** Where the answer says that the created resource is. */
  location?: string | undefined;
}

/** A keyed write that was applied: what its first answer said. */
export interface LedgerEntry {
  fingerprint: string;
  /** The key that it wrote. */
  key: string;
  /** The version that it made; `null`: it deleted. */
  version: string | null;
  /** Whether nothing was there before. */
  created: boolean;
  location: string | null;
}

/** How much a ledger remembers. */
export interface LedgerLimits {
  /** How long an entry is kept, in seconds. Default 86,400: a day. Clients rely on it. */
  maxAge?: number | undefined;
  /** How many entries there may be; with more, a new keyed write is answered with 503. Default 1,000,000. */
  maxEntries?: number | undefined;
}

/** The limits with nothing left open. */
export type Limits = { maxAge: number; maxEntries: number };

/** @throws {TypeError} on anything but whole numbers above 0 */
export function limitsOf(limits: LedgerLimits = {}): Limits {
  const { maxAge = 86_400, maxEntries = 1_000_000 } = limits;
  for (const [name, count] of Object.entries({ maxAge, maxEntries })) {
    if (!Number.isInteger(count) || count < 1)
      throw new TypeError(`Cannot use ${String(count)} for ledger.${name}. Use a whole number above 0`);
  }
  return { maxAge, maxEntries };
}

export interface LedgerOptions extends StoreOptions {
  /** As for `readUnless`. Default: the value is read. */
  known?: readonly string[] | "*" | undefined;
}

/**
 * Every keyed write that was applied, remembered in the same transaction as its swap.
 *
 * A swap with a claim whose `id` is there already is lost: nothing is written.
 */
export interface Ledger<T> {
  /** How long an entry is kept, in seconds. */
  readonly maxAge: number;

  /** The key's state, and the entry under `id`, in one look. */
  find(
    key: string,
    id: string,
    options?: LedgerOptions,
  ): Promise<{ current: Versioned<T> | VersionInfo | null; entry: LedgerEntry | null }>;
}
