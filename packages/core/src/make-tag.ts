import { type EntityTag, type StrongTag, strong, weak } from "./entity-tag.ts";
import { isRecord, shown } from "./given.ts";
import { isDate } from "./state.ts";

/** A time younger than this could be that of two changes (we choose, as Apache does). */
const FRESH_MS = 1000;
/** 144 bits: 24 characters of base64 without padding. */
const HASH_BYTES = 18;

/**
 * The strong tag of a version or revision. It is the cheapest tag; it requires that no version is ever used again.
 *
 * @throws {TypeError} on a character that is not allowed in a tag, on a `Date`, and on a number too large to be
 *   exact
 * @example
 * versionTag(42); // '"42"'
 * @see RFC 9110 §8.8.1
 */
export function versionTag(version: string | number | bigint): StrongTag {
  if (typeof version === "string") return strong(version);
  const isExact =
    typeof version === "bigint" ||
    (typeof version === "number" && Math.abs(version) <= Number.MAX_SAFE_INTEGER);
  if (isExact) return strong(String(version));
  const use = isDate(version)
    ? "use timeTag() for a time"
    : "use a string, a bigint, or a number below 2^53, where each is exact";
  throw new TypeError(`Cannot make a tag of the version ${String(version)}: ${use}`);
}

/**
 * The tag of a time of modification: weak while a second change could still get the same time.
 *
 * That is the case for a time less than one second ago or in the future. It is always the case for a time in whole
 * seconds, because its clock may have no fractions. The weak and the strong form have the same opaque characters.
 *
 * `ms` and `now`: milliseconds since the epoch; fractions count.
 *
 * @throws {TypeError} on a time that is not valid
 * @example
 * timeTag(1_700_000_000_123); // '"18bcfe5687b"'
 * @see RFC 9110 §8.8.1
 */
export function timeTag(ms: number | Date, now: number = Date.now()): EntityTag {
  const time = milliseconds(ms);
  return (isSettled(time, now) ? strong : weak)(time.toString(16));
}

/**
 * The tag of a file, from its size and time of modification: weak while the file could still change unnoticed.
 *
 * `stats` is an `fs.Stats`, or any `{ size, mtimeMs }` in bytes and milliseconds since the epoch.
 *
 * @throws {TypeError} on a size or a time that is not valid
 * @example
 * fileTag({ size: 1024, mtimeMs: 1_700_000_000_123 }); // '"400-18bcfe5687b"'
 * @see RFC 9110 §8.8.1
 */
export function fileTag(
  stats: { size: number | bigint; mtimeMs: number },
  now: number = Date.now(),
): EntityTag {
  const { size } = stats;
  if (!(typeof size === "bigint" || Number.isSafeInteger(size)) || size < 0) {
    throw new TypeError(`Cannot make a tag of a file of ${String(size)} bytes: use \`await stat(path)\``);
  }
  const time = milliseconds(stats.mtimeMs);
  return (isSettled(time, now) ? strong : weak)(`${size.toString(16)}-${time.toString(16)}`);
}

/**
 * The tag of content: 144 bits of its SHA-256. The same bytes have the same tag, whether in a string, a buffer or a
 * `Blob`.
 *
 * A string counts as its UTF-8 bytes. With `weak`, the tag promises only the same meaning, so it stays true when a
 * proxy compresses the answer.
 *
 * @throws {TypeError} on a value without bytes or an unknown option, and where the platform has no `crypto.subtle`
 * @example
 * await contentTag("hello"); // '"LPJNul+wow4m6DsqxbninhsW"'
 * @see RFC 9110 §8.8.1
 */
export async function contentTag(
  content: string | ArrayBuffer | ArrayBufferView | Blob,
  options: { weak?: boolean | undefined } = {},
): Promise<EntityTag> {
  const isWeak = options?.weak ?? false;
  const isKnown = isRecord(options) && Object.keys(options).every((name) => name === "weak");
  if (!isKnown || typeof isWeak !== "boolean") {
    throw new TypeError(`contentTag() has no options ${shown(options)}: use { weak: true }`);
  }
  if (globalThis.crypto?.subtle === undefined) {
    throw new TypeError(
      "Cannot make a tag of content: there is no crypto.subtle here, which browsers keep for HTTPS",
    );
  }
  // A buffer that changes later is hashed as it is now, because the digest begins within this call.
  const bytes = content instanceof Blob ? await content.arrayBuffer() : bytesOf(content);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest, 0, HASH_BYTES)));
  return isWeak ? weak(hash) : strong(hash);
}

function isSettled(time: number, now: number): boolean {
  return now - time >= FRESH_MS && time % 1000 !== 0;
}

function milliseconds(time: number | Date): number {
  const ms = isDate(time) ? time.getTime() : time;
  if (Number.isFinite(ms)) return ms;
  throw new TypeError(
    `Cannot make a tag of the time ${String(time)}: use milliseconds since the epoch or a valid Date`,
  );
}

function bytesOf(content: unknown): BufferSource {
  if (typeof content === "string") return new TextEncoder().encode(content);
  if (content instanceof ArrayBuffer || ArrayBuffer.isView(content)) return content as BufferSource;
  throw new TypeError(
    `Cannot make a tag of ${String(content)}: use a string, an ArrayBuffer, a view of one, or a Blob`,
  );
}
