import { strongMatch, weakMatch } from "./compare.ts";
import { type EntityTag, isWeak, skipWhitespace } from "./entity-tag.ts";
import { isList } from "./list-grammar.ts";

const STAR = 0x2a;
const COMMA = 0x2c;
const SLASH = 0x2f;

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
  const only = field as EntityTag;
  if (match === "weak" ? weakMatch(only, tag) : strongMatch(only, tag)) return true;
  return mentions(field, tag, match) && isList(field);
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

/**
 * Whether the tag is a member, provided that the field is a list of more than this tag. Where its characters do not
 * stand, no grammar is needed to say no: most misses end here.
 */
function mentions(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  const weak = isWeak(tag);
  const spare = field.length - tag.length + (weak ? 2 : 0);
  if (spare <= 0 || (spare <= 2 && isWeak(field as EntityTag)) || (weak && match === "strong")) return false;
  const at = field.indexOf(tag);
  if (at < 0) return weak && hasMember(field, tag, match);
  // `","` stands between the members of `"a","b"` as well.
  const isSeparator = tag.charCodeAt(weak ? 3 : 1) === COMMA;
  const isCertain = !isSeparator && (match === "weak" || !isSpelledWeakly(field, at));
  return isCertain || hasMember(field, tag, match);
}

/** As {@link mentions}, from member to member, for what no native search can tell. */
function hasMember(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  const from = isWeak(tag) ? 2 : 0;
  for (let close = -2; ; ) {
    const open = field.indexOf('"', close + 1);
    if (open < 0 || open === close + 1) return false;
    close = field.indexOf('"', open + 1);
    if (close < 0) return false;
    const isSame = close - open === tag.length - from - 1 && endsThere(field, close, tag, from);
    if (isSame && (match === "weak" || !isSpelledWeakly(field, open))) return true;
  }
}

/** Whether the tag, from `from` on, ends there: compared from its end, since tags of one origin may begin alike. */
function endsThere(field: string, close: number, tag: EntityTag, from: number): boolean {
  let i = close;
  let j = tag.length - 1;
  while (j >= from && field.charCodeAt(i) === tag.charCodeAt(j)) {
    i--;
    j--;
  }
  return j < from;
}

/** In a list, nothing but `W/` brings a slash before the quote that opens a tag. */
function isSpelledWeakly(field: string, open: number): boolean {
  return open > 0 && field.charCodeAt(open - 1) === SLASH;
}
