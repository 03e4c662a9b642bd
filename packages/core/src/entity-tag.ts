import { CAPITAL_W, DELETE, QUOTE, SLASH, SPACE, TAB } from "./constants.ts";

/** A tag that promises the same bytes, written as on the wire: `"v1"`. @see RFC 9110 §8.8.3 */
export type StrongTag = `"${string}"`;

/** A tag that promises the same meaning only, written as on the wire: `W/"v1"`. @see RFC 9110 §8.8.3 */
export type WeakTag = `W/"${string}"`;

/**
 * An entity tag. The wire form is the value: it is compared, stored and sent unchanged.
 *
 * @see RFC 9110 §8.8.3
 */
export type EntityTag = StrongTag | WeakTag;

/**
 * The strong tag of an opaque string, quoted for the wire.
 *
 * A backslash is an ordinary character: nothing is escaped.
 *
 * @throws {TypeError} on a space, a quote, a control character or anything beyond U+00FF
 * @example
 * strong("v1"); // '"v1"'
 * @see RFC 9110 §8.8.3
 */
export function strong(opaque: string): StrongTag {
  if (typeof opaque !== "string") throw refusal(opaque, "it is not a string");
  for (let i = 0; i < opaque.length; i++) {
    if (!isTagCharacter(opaque.charCodeAt(i))) {
      throw refusal(opaque, `${JSON.stringify(opaque[i])} at index ${i} is not allowed`);
    }
  }
  return `"${opaque}"`;
}

/**
 * The weak tag of an opaque string, quoted and prefixed for the wire.
 *
 * @throws {TypeError} as {@link strong} does
 * @example
 * weak("v1"); // 'W/"v1"'
 * @see RFC 9110 §8.8.3
 */
export function weak(opaque: string): WeakTag {
  return `W/${strong(opaque)}`;
}

/**
 * The one entity tag in a field; `undefined` if the field holds anything else: a list, `*`, an unquoted word,
 * `w/"a"`.
 *
 * Spaces and tabs around it are dropped. Never throws.
 *
 * @example
 * parseTag(' W/"v1" '); // 'W/"v1"'
 * parseTag("v1"); // undefined
 * @see RFC 9110 §8.8.3
 */
export function parseTag(text: string | null | undefined): EntityTag | undefined {
  if (typeof text !== "string") return undefined;
  const start = skipWhitespace(text, 0);
  const end = endOfTag(text, start);
  if (end < 0 || skipWhitespace(text, end) < text.length) return undefined;
  return text.slice(start, end) as EntityTag;
}

/**
 * True when the tag promises only the same meaning, not the same bytes.
 *
 * @example
 * isWeak('W/"v1"'); // true
 * @see RFC 9110 §8.8.1
 */
export function isWeak(tag: EntityTag): tag is WeakTag {
  return tag[0] === "W";
}

/**
 * The characters between the quotes of a tag, weak or strong.
 *
 * @throws {TypeError} if it is not an entity tag
 * @example
 * opaque('W/"v1"'); // "v1"
 * @see RFC 9110 §8.8.3
 */
export function opaque(tag: EntityTag): string {
  return checkedTag(tag).slice(isWeak(tag) ? 3 : 1, -1);
}

/**
 * The weak form of a tag: for a representation that an intermediary, such as a compressor, may transform.
 *
 * @throws {TypeError} if it is not an entity tag
 * @example
 * weaken('"v1"'); // 'W/"v1"'
 * @see RFC 9110 §8.8.1
 */
export function weaken(tag: EntityTag): WeakTag {
  checkedTag(tag);
  return isWeak(tag) ? tag : `W/${tag}`;
}

/**
 * The syntax of `entity-tag`. It is used only for a program's own tags, because engines run it at half the cost of
 * a loop.
 */
const TAG = /^(?:W\/)?"[!#-~\x80-\xff]*"$/;

/** The tag, if it is valid: a program's own tags are checked before they are sent or compared. */
export function checkedTag(tag: EntityTag): EntityTag {
  if (typeof tag === "string" && TAG.test(tag)) return tag;
  const text = typeof tag === "string" ? JSON.stringify(tag) : String(tag);
  throw new TypeError(`${text} is not an entity tag: quote it with strong() or weak()`);
}

/** The index where the tag that begins at `start` ends; -1 if no tag begins there. `W/` is case-sensitive. */
function endOfTag(text: string, start: number): number {
  let i = start;
  if (text.charCodeAt(i) === CAPITAL_W && text.charCodeAt(i + 1) === SLASH) i += 2;
  if (text.charCodeAt(i) !== QUOTE) return -1;
  for (i++; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (!isTagCharacter(code)) return -1;
  }
  return -1;
}

/** The first index from `i` on that is neither a space nor a tab. */
function skipWhitespace(text: string, i: number): number {
  while (i < text.length && isWhitespace(text.charCodeAt(i))) i++;
  return i;
}

function isWhitespace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** `etagc`: %x21 / %x23-7E / %x80-FF */
function isTagCharacter(code: number): boolean {
  return code > SPACE && code !== QUOTE && code !== DELETE && code <= 0xff;
}

function refusal(given: unknown, reason: string): TypeError {
  const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
  return new TypeError(
    `Cannot make an entity tag of ${shown}: ${reason}. Use a string of the characters ! # to ~ and U+0080 to U+00FF`,
  );
}
