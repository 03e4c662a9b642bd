import { checkOptions } from "@entity-tag/core/adapter";
import { type Codec, encodeText, type Stored } from "../contract/codec.ts";
import { UnreadableValueError } from "../contract/errors.ts";
import { wrongArgument } from "../contract/given.ts";
import { checkKey } from "../contract/key.ts";
import type { LedgerClaim, LedgerEntry } from "../contract/ledger.ts";
import { checkKnown, checkList, checkSwap, SIGNAL_RULES } from "../contract/options.ts";
import { newVersion } from "../contract/version.ts";
import type { Member, Swap, Versioned, VersionedStore, VersionInfo } from "../contract/versioned-store.ts";

/** A row as drivers read it. */
export interface Row {
  key?: string;
  /** Absent when it was not asked for; null when it was left out, or is lost. */
  value?: Stored | null;
  /**
   * Absent and null mean the same as for the value. Empty when they equal the value's own bytes: see
   * `rowToWrite`.
   */
  octets?: Stored | null;
  /** Empty when it is lost, together with the value. */
  version: string;
  /** Milliseconds. Column names are one lower-case word, because postgres.js may be set to rename others. */
  modified: number | bigint;
  writeid: string | null;
}

/** Which row to read, and how much of it. */
export interface ReadQuery {
  key: string;
  /** The versions whose value need not be loaded. */
  known: readonly string[] | "*";
  /** True when the ledger is read, too. */
  id: string | undefined;
  signal: AbortSignal | undefined;
}

export interface RowAndEntry {
  row: Row | null;
  entry: LedgerEntry | null;
}

/** A swap as a driver performs it. */
export interface DriverSwap {
  key: string;
  expected: string | null;
  next: { value: Stored; octets: Uint8Array | null; writeId: string | null } | null;
  /** The version that the swap makes. */
  version: string;
  claim: LedgerClaim | undefined;
  /** The entry that the ledger stores, if there is a claim. */
  entry: LedgerEntry | undefined;
  skipValue: boolean;
  signal: AbortSignal | undefined;
}

/** The facts that a driver reports about the version that it made. */
interface Won {
  modified: number | bigint;
  /** Set when the driver makes the versions itself. */
  version?: string;
  /** `null`: there was no room for the octets. */
  octets?: Stored | null;
}

/** `lost`: the row that was found; `undefined` if it is not known. */
export type DriverSwapResult = { won: Won } | { lost: Row | null | undefined };

/** Which keys to list. */
export interface Range {
  prefix: string;
  after: string | undefined;
  limit: number;
  values: boolean;
  signal: AbortSignal | undefined;
}

/** The parts that differ between databases. */
export interface Driver {
  /** How long its ledger keeps an entry, in seconds. */
  maxAge: number;
  read(query: ReadQuery): Promise<RowAndEntry>;
  swap(swap: DriverSwap): Promise<DriverSwapResult>;
  list(range: Range): Promise<Row[]>;
}

/** Builds a store from a driver. It does everything that is the same for all drivers. */
export function storeOver<T>(driver: Driver, codec: Codec<T>): Required<VersionedStore<T>> {
  /** Throws at once on a wrong argument, so its callers are async. */
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

/**
 * The row with its value decoded. A missing value is an error unless its version is `known`: the row was written by
 * hand.
 *
 * @throws {UnreadableValueError} when there is no value, or it cannot be decoded
 */
function decodedRow<T>(
  row: Row,
  codec: Codec<T>,
  known: readonly string[] | "*",
): Versioned<T> | VersionInfo {
  const info = infoOf(row);
  // An empty value is a value.
  if (row.value === null || row.value === undefined) {
    if (known === "*" || known.includes(row.version)) return info;
    throw new UnreadableValueError("There is no value. Write one to repair it", info);
  }
  try {
    const state: Versioned<T> = Object.assign(info, { value: codec.decode(row.value) });
    const octets = octetsOf(row.octets, row.value);
    if (octets) state.octets = octets;
    return state;
  } catch (cause) {
    throw new UnreadableValueError("Cannot decode the value. Write it again to repair it", info, { cause });
  }
}

/** Like `decodedRow`, but gives the version alone when the value cannot be decoded. */
function legible<T>(row: Row, codec: Codec<T>): Versioned<T> | VersionInfo {
  try {
    return decodedRow(row, codec, "*");
  } catch (error) {
    if (error instanceof UnreadableValueError) return error.current;
    throw error;
  }
}

function memberOf<T>(row: Row, codec: Codec<T>, values: boolean): Member<T> {
  const member: Member<T> = { key: row.key!, ...legible(row, codec) };
  // In Redis, a key of another type has an empty version.
  const isUnreadable = !("value" in member) && (values || row.version === "");
  return isUnreadable ? { ...member, unreadable: true } : member;
}

/** The end of the year 9999. A later time, or one that is not a number, was written by hand: a date cannot show it. */
const LAST_TIME = 253_402_300_799_999;

function infoOf(row: Pick<Row, "version" | "modified" | "writeid">): VersionInfo {
  const time = Math.round(Number(row.modified));
  const info: VersionInfo = { version: row.version, lastModified: time >= 0 && time <= LAST_TIME ? time : 0 };
  if (row.writeid !== null) info.writeId = row.writeid;
  return info;
}

/** The state after a successful swap, with a copy of the octets that the caller sent. */
function written<T>(
  value: T,
  made: NonNullable<DriverSwap["next"]>,
  version: string,
  won: Won,
  sent: Uint8Array | undefined,
): Versioned<T> {
  const info = infoOf({ version: won.version ?? version, modified: won.modified, writeid: made.writeId });
  const state: Versioned<T> = Object.assign(info, { value });
  if (sent && made.octets && won.octets !== null) state.octets = new Uint8Array(sent);
  return state;
}

const EMPTY = new Uint8Array();

/**
 * The octets in their stored form. When they equal the bytes of the value, an empty text is stored instead,
 * so that most values are stored once. Octets that are really empty, beside a value that is not, are dropped.
 */
function rowToWrite(value: Stored, octets: Uint8Array | undefined, writeId: string | null) {
  if (!octets) return { value, octets: null, writeId };
  if (isStoredAs(value, octets)) return { value, octets: EMPTY, writeId };
  return { value, octets: octets.byteLength === 0 ? null : new Uint8Array(octets), writeId };
}

function octetsOf(kept: Stored | null | undefined, value: Stored): Uint8Array<ArrayBuffer> | undefined {
  if (!kept) return undefined;
  // SQLite keeps a text in a column for bytes, if somebody wrote one by hand.
  if (typeof kept === "string") return encodeText(kept);
  return (kept.byteLength === 0 ? bytesOf(value) : new Uint8Array(kept)) as Uint8Array<ArrayBuffer>;
}

/** A copy, so that a caller cannot change the stored bytes. */
function bytesOf(stored: Stored): Uint8Array {
  return typeof stored === "string" ? encodeText(stored) : new Uint8Array(stored);
}

/** True when these are the bytes of the value. The engine decodes and compares faster than a loop over the bytes. */
function isStoredAs(value: Stored, octets: Uint8Array): boolean {
  if (typeof value !== "string") return isSame(value, octets);
  // UTF-8 has at least as many bytes as a text has UTF-16 units, and at most three times as many.
  if (value.length > octets.byteLength || value.length * 3 < octets.byteLength) return false;
  try {
    return decoder.decode(octets) === value;
  } catch {
    return false;
  }
}

/** Keeps a byte order mark, and throws on bytes that are not UTF-8. So no other bytes give the same text. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
