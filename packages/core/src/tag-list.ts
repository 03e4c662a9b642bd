import { type EntityTag, endOfTag, isWeak, isWhitespace, skipWhitespace } from "./entity-tag.ts";

const STAR = 0x2a;
const COMMA = 0x2c;
const UNREADABLE = -1;

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
  const tags: EntityTag[] = [];
  for (let start = nextMember(field, 0); start < field.length; ) {
    const end = endOfTag(field, start);
    if (end < 0 || !isMemberEnd(field, end)) return undefined;
    tags.push(field.slice(start, end) as EntityTag);
    start = nextMember(field, end);
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
  if (field === tag) return match === "weak" || !isWeak(tag);
  return mayInclude(field, tag, match) && searchList(field, tag, match) > 0;
}

/** Whether the field says anything at all: `*`, or a list of tags, even an empty one. */
export function isReadable(field: string): boolean {
  return isStar(field) || searchList(field, '""', "strong") !== UNREADABLE;
}

/** Whether the field is `*` alone. */
export function isStar(field: string): boolean {
  const start = skipWhitespace(field, 0);
  return field.charCodeAt(start) === STAR && skipWhitespace(field, start + 1) === field.length;
}

/** A field in which the tag's characters do not stand cannot name it, whatever its grammar: most misses end here. */
function mayInclude(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  if (!isWeak(tag)) return field.length > tag.length && field.includes(tag);
  return match === "weak" && field.length >= tag.length - 2;
}

/** Reads the whole field: how many of its members are the tag, or {@link UNREADABLE}. */
function searchList(field: string, tag: EntityTag, match: "strong" | "weak"): number {
  let found = 0;
  for (let start = nextMember(field, 0); start < field.length; ) {
    const end = endOfTag(field, start);
    if (end < 0 || !isMemberEnd(field, end)) return UNREADABLE;
    if (isMember(field, start, end, tag, match)) found++;
    start = nextMember(field, end);
  }
  return found;
}

/** Whether the tag at `start` to `end` of the field is this one, compared where it stands. */
function isMember(
  field: string,
  start: number,
  end: number,
  tag: EntityTag,
  match: "strong" | "weak",
): boolean {
  let i = start;
  let j = 0;
  if (match === "weak") {
    if (field.charCodeAt(i) === tag.charCodeAt(0)) return field.startsWith(tag, i) && end - i === tag.length;
    if (isWeak(tag)) j = 2;
    else i += 2;
  }
  if (end - i !== tag.length - j) return false;
  while (i < end && field.charCodeAt(i) === tag.charCodeAt(j)) {
    i++;
    j++;
  }
  return i === end;
}

/** Where the next member begins, past whitespace and empty members; the field's length if there is none. */
function nextMember(field: string, from: number): number {
  let i = from;
  while (i < field.length && (field.charCodeAt(i) === COMMA || isWhitespace(field.charCodeAt(i)))) i++;
  return i;
}

/** A member ends with the field, or with whitespace and a comma: never with another member. */
function isMemberEnd(field: string, end: number): boolean {
  const i = skipWhitespace(field, end);
  return i === field.length || field.charCodeAt(i) === COMMA;
}
