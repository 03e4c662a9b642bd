/** The facts that the ledger remembers of a keyed write, if its swap succeeds. */
export interface LedgerClaim {
  /** Identifies the client and its `Idempotency-Key`. */
  id: string;
  /**
   * Identifies the content of the request. The same `id` with another fingerprint is the client's mistake.
   */
  fingerprint: string;
  /** The `Location` of the created resource, as the answer gave it. */
  location?: string | undefined;
}

/** A keyed write that was applied: the facts that its first answer stated. */
export interface LedgerEntry {
  fingerprint: string;
  /** The key that it wrote. */
  key: string;
  /** The version that it made; `null` if it deleted. */
  version: string | null;
  /** When that version was made, in milliseconds since 1970, if the store keeps times. */
  lastModified?: number | undefined;
  /** True when the key had no value before. */
  created: boolean;
  location: string | null;
  /** True when the store had no room for the octets that were sent, so a read serializes the value again. */
  lacksOctets?: true | undefined;
}

/** How much a ledger remembers. */
export interface LedgerLimits {
  /** How long an entry is kept, in seconds, at most 68 years. Default 86,400: one day. Clients rely on it. */
  maxAge?: number | undefined;
  /** The largest number of entries. Above it, a new keyed write is answered with 503. Default 1,000,000. */
  maxEntries?: number | undefined;
}

/** The limits with their defaults filled in. */
export type Limits = { maxAge: number; maxEntries: number };

/** 68 years. PostgreSQL adds no more seconds to a time, and RFC 9111 §1.2.2 lets a client read no more. */
const LONGEST_AGE = 2_147_483_647;

/** @throws {TypeError} unless all limits are whole numbers above 0, and no larger than every driver can use */
export function limitsOf(limits: LedgerLimits = {}): Limits {
  const { maxAge = 86_400, maxEntries = 1_000_000 } = limits;
  const largest = { maxAge: LONGEST_AGE, maxEntries: Number.MAX_SAFE_INTEGER };
  for (const [name, count] of Object.entries({ maxAge, maxEntries })) {
    const most = largest[name as keyof Limits];
    if (Number.isInteger(count) && count >= 1 && count <= most) continue;
    const limit = count > most ? ` and at most ${most}` : "";
    throw new TypeError(`Cannot use ${String(count)} for ledger.${name}. Use a whole number above 0${limit}`);
  }
  return { maxAge, maxEntries };
}
