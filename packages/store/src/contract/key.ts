/**
 * In UTF-8. Leaves room for a prefix: the limit of Deno KV is 2,048, and of an index entry of PostgreSQL
 * about 2,700.
 */
const MAX_KEY_BYTES = 2000;

/**
 * Why the text cannot be a key; `undefined` if it can. All drivers have the same rule, so that data can move
 * between them.
 */
export function keyProblem(key: string): string | undefined {
  if (typeof key !== "string") return "it is not a string";
  if (isShortAscii(key)) return undefined;
  let bytes = 0;
  for (const character of key) {
    const code = character.codePointAt(0)!;
    if (code === 0) return "it contains U+0000";
    if (code >= 0xd800 && code <= 0xdfff) return "it contains half of a surrogate pair";
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes > MAX_KEY_BYTES ? `it is ${bytes} bytes long in UTF-8` : undefined;
}

/** True for nearly all keys, so it is checked first. */
function isShortAscii(key: string): boolean {
  if (key.length > MAX_KEY_BYTES) return false;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code === 0 || code >= 0x80) return false;
  }
  return true;
}

/**
 * Refuses a key that some driver cannot hold. A store of your own calls it first in each of its methods.
 *
 * @throws {TypeError} that says why the key cannot be used
 * @example
 * checkKey("pages/home"); // undefined
 */
export function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem === undefined) return;
  const shown = typeof key === "string" ? JSON.stringify(key.slice(0, 80)) : String(key);
  throw new TypeError(
    `Cannot use ${shown} as a key: ${problem}. Use a well-formed string without U+0000, of at most ${MAX_KEY_BYTES} bytes`,
  );
}

/** Where a page of a listing begins and ends. */
interface PageBounds {
  from: string;
  /** True when `from` itself is not on the page. */
  isAfter: boolean;
  /** The first string beyond the page; `null` if there is no such string. */
  end: string | null;
}

/** The bounds of the keys with this prefix that sort after `after`, which may sort before all of them. */
export function pageBounds(prefix: string, after: string | undefined): PageBounds {
  const isAfter = after !== undefined && compareKeys(after, prefix) >= 0;
  return { from: isAfter ? after : prefix, isAfter, end: endOfPrefix(prefix) };
}

/**
 * The first string that sorts after every key with this prefix, by code point; `null` if there is no such
 * string.
 */
function endOfPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return null;
}

/** Sorts by code point, as UTF-8 bytes do; `<` sorts by UTF-16 units and puts U+1F600 before U+FF01. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
