import { type Codec, encodeText, type Stored } from "../contract/codec.ts";
import { UnreadableValueError } from "../contract/errors.ts";
import type { Member, Versioned, VersionInfo } from "../contract/versioned-store.ts";
import type { DriverSwap, Row, Won } from "./driver.ts";

/**
 * The row with its value decoded. A missing value is an error unless its version is `known`: the row was written by
 * hand.
 *
 * @throws {UnreadableValueError} when there is no value, or it cannot be decoded
 */
export function decodedRow<T>(
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
export function legible<T>(row: Row, codec: Codec<T>): Versioned<T> | VersionInfo {
  try {
    return decodedRow(row, codec, "*");
  } catch (error) {
    if (error instanceof UnreadableValueError) return error.current;
    throw error;
  }
}

export function memberOf<T>(row: Row, codec: Codec<T>, values: boolean): Member<T> {
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
export function written<T>(
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
export function rowToWrite(value: Stored, octets: Uint8Array | undefined, writeId: string | null) {
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
