import {
  CAPITAL_W,
  COMMA,
  DELETE,
  END,
  EXCLAMATION_MARK,
  ONES,
  QUOTE,
  SLASH,
  SPACE,
  TAB,
} from "./constants.ts";
import { type EntityTag, isWeak } from "./entity-tag.ts";
import { octetsOf } from "./octets.ts";

/**
 * The value of an `If-Match` or `If-None-Match` field: `"*"`, its tags in order, or `undefined` if it cannot be read.
 *
 * A list is read as a whole (we choose): one member that is not a tag makes the field unreadable, so that no answer
 * depends on the order of the members. Empty members are allowed. A field of empty members is a list without tags.
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
    tags.push(field.slice(field[open - 1] === "/" ? open - 2 : open, close + 1) as EntityTag);
    open = field.indexOf('"', close + 1);
  }
  return tags;
}

/**
 * True when a list of tags contains this one, by the strong or the weak comparison.
 *
 * It allocates nothing; the benchmarks measure that. An unreadable list contains no tag. We choose (decision 3): `*`
 * is not a list and contains no tag either; `ifMatch` and `ifNoneMatch` handle it.
 *
 * @throws {TypeError} if the comparison is not given
 *
 * @example
 * listIncludes('"a", W/"b"', '"b"', "weak"); // true
 * listIncludes('"a", W/"b"', '"b"', "strong"); // false
 * @see RFC 9110 §13.1.1
 * @see RFC 9110 §13.1.2
 */
export function listIncludes(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  if (match !== "strong" && match !== "weak") throw unknownComparison(match);
  if (field === tag) return match === "weak" || !isWeak(tag);
  // A field no longer than the strong tag, and not equal to it, cannot contain it. The slow path is separate so that
  // engines inline this function.
  return (field.length > tag.length || isWeak(tag)) && isAmong(field, tag, match === "weak");
}

function unknownComparison(match: unknown): TypeError {
  return new TypeError(
    `Cannot compare tags by ${String(match)}: say "strong" or "weak", as the third argument`,
  );
}

/** True when the field can be read: it is `*`, or a list of tags, even an empty one. */
export function isReadable(field: string): boolean {
  return isStar(field) || isList(field);
}

/** True when the field is `*` alone. */
export function isStar(field: string): boolean {
  return field === "*" || (field.trim() === "*" && isList(field.replace("*", "")));
}

function isAmong(field: string, tag: EntityTag, weakly: boolean): boolean {
  const from = isWeak(tag) ? 2 : 0;
  const spare = field.length - tag.length + from;
  // With so few characters to spare, a weak tag is either the same tag in its strong form, or another tag.
  if (spare <= 2 && isWeak(field as EntityTag)) {
    return weakly && field.lastIndexOf(tag) === 2 && field[1] === "/";
  }
  if (spare < 0 || (from > 0 && !weakly)) return false;
  const at = field.indexOf(tag);
  // A field without the tag's characters cannot have the tag. Most misses end here, before the list is read.
  if (at < 0 && from === 0) return false;
  // A tag that begins with a comma can be found between two members, too: `","` in `"a","b"`.
  const isCertain = at >= 0 && weakly && tag[from + 1] !== ",";
  return (isCertain || hasMember(field, tag, from, weakly)) && isList(field);
}

/**
 * True when the list has the tag, from its quote on, as a member. It is for the cases that a native search cannot
 * decide.
 */
function hasMember(field: string, tag: string, from: number, weakly: boolean): boolean {
  let opens = true;
  for (let i = field.indexOf('"'); i >= 0; i = field.indexOf('"', i + 1)) {
    let j = from;
    while (opens && j < tag.length && field[i + j - from] === tag[j]) j++;
    if (j === tag.length && (weakly || field[i - 1] !== "/")) return true;
    opens = !opens;
  }
  return false;
}

/** True when the whole field is a list. */
function isList(field: string): boolean {
  const octets = octetsOf(field);
  let isInTag = false;
  let isAfterTag = false;
  for (let i = 0; ; i++) {
    const octet = octets.getInt8(i);
    if (octet === END) return !isInTag;
    if (octet === QUOTE) {
      if (isAfterTag) return false;
      isAfterTag = isInTag;
      isInTag = !isInTag;
    } else if (isInTag) {
      if (!isOfTagCharacter(octet)) return false;
      while (areCommonplace(octets.getInt32(i + 1))) i += 4;
      while (isOfTagCharacter(octets.getInt8(i + 1))) i++;
    } else if (octet === COMMA) isAfterTag = false;
    else if (octet === CAPITAL_W && octets.getInt8(i + 1) === SLASH && octets.getInt8(i + 2) === QUOTE) i++;
    else if (octet !== SPACE && octet !== TAB) return false;
  }
}

/** Tests four bytes at once: `b - 0x23` sets the top bit below `#`, `b + 1` sets it above `~`. */
function areCommonplace(four: number): boolean {
  return (((four - 0x23 * ONES) | (four + ONES)) & (ONES << 7)) === 0;
}

/** `etagc`, %x21 / %x23-7E / %x80-FF, or a byte of it in UTF-8, signed: %x80-C3. */
function isOfTagCharacter(octet: number): boolean {
  return octet > QUOTE ? octet < DELETE : octet === EXCLAMATION_MARK || octet <= 0xc3 - 0x100;
}
