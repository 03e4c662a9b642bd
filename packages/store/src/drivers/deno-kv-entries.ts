import { encodeText } from "../contract/codec.ts";
import { ValueTooLargeError } from "../contract/errors.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import { BYTES_RULE } from "../contract/options.ts";
import type { DenoKvMaybeEntry } from "./deno-kv-database.ts";
import type { DriverSwap, Row } from "./driver.ts";

/** The keys of one store in Deno KV. */
export type DenoKvKeys = ReturnType<typeof keysBelow>;

export function keysBelow(prefix: readonly string[]) {
  const values = [...prefix, "value"];
  return {
    /** The beginning of all keys of values. */
    values,
    value: (key: string) => [...values, key],
    /** The companion of a value, which is empty: see `denoKvDriver`. */
    nonce: (key: string, nonce: string) => [...prefix, "nonce", key, nonce],
    ledger: (id: string) => [...prefix, "ledger", id],
  };
}

/** A value. It is stored as bytes, because Deno KV stores some texts with two bytes per character. */
export interface Entry {
  value: Uint8Array;
  octets?: Uint8Array;
  lastModified: number;
  writeId?: string;
  /** Random; each write has a new one. */
  nonce: string;
}

/** An entry of the ledger. */
export interface KeptEntry extends Omit<LedgerEntry, "version"> {
  nonce: string | null;
  /** Milliseconds since 1970. */
  end: number;
}

/** The number of characters that `newVersion` makes. */
const NONCE_LENGTH = 20;

/** The limit of Deno KV is 64 KiB. The rest of the entry takes some of it. */
const MAX_VALUE_BYTES = 64_000;

export function rowOf({ value: kept, versionstamp }: DenoKvMaybeEntry): Row {
  if (!isEntry(kept)) return { value: null, version: `${versionstamp}.`, modified: 0, writeid: null };
  const { value, octets = null, lastModified, writeId = null, nonce } = kept;
  return { value, octets, version: `${versionstamp}.${nonce}`, modified: lastModified, writeid: writeId };
}

/** Another program may have written what is there, in a form of its own. */
function isEntry(kept: unknown): kept is Entry {
  const { value, nonce } = Object(kept) as Partial<Entry>;
  return BYTES_RULE.accepts(value as never) && typeof nonce === "string" && nonce.length === NONCE_LENGTH;
}

/** The entry, unless it has expired. Its version contains the versionstamp of its own commit. */
export function entryIn({ value, versionstamp }: DenoKvMaybeEntry): LedgerEntry | null {
  if (versionstamp === null) return null;
  const { nonce, end, ...entry } = value as KeptEntry;
  return end <= Date.now() ? null : { ...entry, version: nonce && `${versionstamp}.${nonce}` };
}

export function entryOf(
  { value: stored, octets, writeId }: NonNullable<DriverSwap["next"]>,
  nonce: string,
): Entry {
  const value = typeof stored === "string" ? encodeText(stored) : stored;
  const bytes = value.byteLength + (octets?.byteLength ?? 0);
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw new ValueTooLargeError(
      `Cannot store ${value.byteLength} bytes in Deno KV. Keep a value under ${MAX_VALUE_BYTES + 1} bytes, or use another store`,
    );
  }
  return {
    value,
    nonce,
    lastModified: Date.now(),
    // When there is no room for both, the octets are dropped.
    ...(octets && bytes <= MAX_VALUE_BYTES && { octets }),
    ...(writeId !== null && { writeId }),
  };
}

/** The two parts of a version; `undefined` if the text is not a version. */
export function parsedVersion(version: string): { versionstamp: string; nonce: string } | undefined {
  const [versionstamp = "", nonce = "", ...rest] = version.split(".");
  const isHex = [...versionstamp].every((c) => (c >= "0" && c <= "9") || (c >= "a" && c <= "f"));
  const isNonce = nonce === "" || nonce.length === NONCE_LENGTH;
  if (versionstamp.length !== 20 || !isNonce || rest.length > 0 || !isHex) return undefined;
  return { versionstamp, nonce };
}
