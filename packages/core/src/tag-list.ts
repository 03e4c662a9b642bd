import { type EntityTag, isWeak, skipWhitespace } from "./entity-tag.ts";
import { END, octetsOf } from "./octets.ts";

const TAB = 0x09;
const SPACE = 0x20;
const EXCLAMATION_MARK = 0x21;
const QUOTE = 0x22;
const STAR = 0x2a;
const COMMA = 0x2c;
const SLASH = 0x2f;
const DELETE = 0x7f;
/** `W/`, two octets in one. */
const WEAK = 0x572f;
/** Of the octets, signed, that U+0080 to U+00FF have in UTF-8. Every character beyond has a higher one. */
const HIGHEST = 0xc3 - 0x100;

/**
 * What an `If-Match` or `If-None-Match` field says: `"*"`, its tags in their order, or `undefined` if it cannot be read.
 *
 * A list is read whole or not at all (we choose): one member that is no tag spoils the field, so that no answer
 * depends on the order of the members. Empty members are allowed; a field of nothing else is a list without tags.
 *
 * @example
 * parseTagList('"a", W/"b,c"'); // ['"a"', 'W/"b,c"']
 * parseTagList('"a", b'); // undefined
 * @see RFC 9110 §5.6.1
 */
export function parseTagList(field: string | null | undefined): "*" | EntityTag[] | undefined {
  if (typeof field !== "string") return undefined;
  if (isStar(field)) return "*";
  if (!isList(field)) return undefined;
  const tags: EntityTag[] = [];
  for (let open = field.indexOf('"'); open >= 0; ) {
    const close = field.indexOf('"', open + 1);
    tags.push(field.slice(isSpelledWeakly(field, open) ? open - 2 : open, close + 1) as EntityTag);
    open = field.indexOf('"', close + 1);
  }
  return tags;
}

/**
 * Whether a list of tags names this one, by the strong or the weak comparison. Allocates nothing.
 *
 * A list that cannot be read names nothing. `*` is not a list and names no tag: `ifMatch` and `ifNoneMatch` know
 * what it stands for.
 *
 * @example
 * listIncludes('"a", W/"b"', '"b"', "weak"); // true
 * listIncludes('"a", W/"b"', '"b"', "strong"); // false
 * @see RFC 9110 §13.1.1
 * @see RFC 9110 §13.1.2
 */
export function listIncludes(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  const weak = isWeak(tag);
  if (weak && match === "strong") return false;
  if (field === tag) return true;
  // A field that has little more to it than the opaque part can be nothing but the other spelling.
  const spare = field.length - tag.length + (weak ? 2 : 0);
  if (spare <= 0) return weak && spare === 0 && tag.indexOf(field) === 2;
  const at = field.indexOf(tag);
  if (spare <= 2 && isWeak(field as EntityTag)) return at === 2 && match === "weak" && field.startsWith("W/");
  // Where the tag's characters do not stand, no grammar is needed to say no: most misses end here.
  if (at < 0 && !weak) return false;
  const slow =
    at < 0 ||
    tag.charCodeAt(weak ? 3 : 1) === COMMA ||
    (match === "strong" && at > 0 && field.charCodeAt(at - 1) === SLASH);
  return (!slow || hasMember(field, tag, match)) && isList(field);
}

/** Whether the field says anything at all: `*`, or a list of tags, even an empty one. */
export function isReadable(field: string): boolean {
  return isStar(field) || isList(field);
}

/** Whether the field is `*` alone. */
export function isStar(field: string): boolean {
  const start = skipWhitespace(field, 0);
  return field.charCodeAt(start) === STAR && skipWhitespace(field, start + 1) === field.length;
}

/** Whether the tag is a member of the list, if the field is one: for what no native search can tell. */
function hasMember(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  for (let i = -1, opens = true; ; opens = !opens) {
    i = field.indexOf('"', i + 1);
    if (i < 0) return false;
    if (opens && (match === "weak" || field[i - 1] !== "/") && standsAt(field, i, tag)) return true;
  }
}
function standsAt(field: string, at: number, tag: EntityTag): boolean {
  let i = at;
  let j = isWeak(tag) ? 2 : 0;
  while (j < tag.length && field.charCodeAt(i) === tag.charCodeAt(j)) {
    i++;
    j++;
  }
  return j === tag.length;
}

/** Whether the field is a list to its end. */
function isList(field: string): boolean {
  const octets = octetsOf(field);
  let i = 0;
  do {
    i = skipSpace(octets, i, COMMA);
    if (octets.getInt8(i) === END) return true;
    if (octets.getInt16(i) === WEAK) i += 2;
    if (octets.getInt8(i) !== QUOTE) return false;
    i = skipTagCharacters(octets, i + 1);
    if (octets.getInt8(i) !== QUOTE) return false;
    i = skipSpace(octets, i + 1, SPACE);
  } while (octets.getInt8(i) === COMMA);
  return octets.getInt8(i) === END;
}

/** Where neither a space nor a tab nor the other stands. */
function skipSpace(octets: DataView, from: number, other: number): number {
  let i = from;
  for (let octet = octets.getInt8(i); octet === SPACE || octet === TAB || octet === other; )
    octet = octets.getInt8(++i);
  return i;
}

function skipTagCharacters(octets: DataView, from: number): number {
  let i = from;
  while (areCommonplace(octets.getInt32(i))) i += 4;
  while (isOfTagCharacter(octets.getInt8(i))) i++;
  return i;
}

/** Whether four octets are all `#` to `~`: a smaller one borrows from its highest bit, a larger one has it or gets it. */
function areCommonplace(four: number): boolean {
  return (((four - 0x23232323) | (four + 0x01010101)) & 0x80808080) === 0;
}

/** `etagc`, in UTF-8: %x21 / %x23-7E / %x80-FF */
function isOfTagCharacter(octet: number): boolean {
  return octet > QUOTE ? octet < DELETE : octet === EXCLAMATION_MARK || octet <= HIGHEST;
}

/** In a list, nothing but `W/` brings a slash before the quote that opens a tag. */
function isSpelledWeakly(field: string, open: number): boolean {
  return open > 0 && field.charCodeAt(open - 1) === SLASH;
}
