import { type EntityTag, isWeak } from "./entity-tag.ts";

/**
 * Whether two tags stand for the same bytes: both are strong, and they have the same characters.
 *
 * A weak tag matches no tag strongly, not even itself.
 *
 * | a        | b        | strong | weak |
 * |----------|----------|--------|------|
 * | `W/"1"`  | `W/"1"`  | no     | yes  |
 * | `W/"1"`  | `W/"2"`  | no     | no   |
 * | `W/"1"`  | `"1"`    | no     | yes  |
 * | `"1"`    | `"1"`    | yes    | yes  |
 *
 * @example
 * strongMatch('"1"', '"1"'); // true
 * @see RFC 9110 §8.8.3.2
 */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return a === b && !isWeak(a);
}

/**
 * Whether two tags stand for the same meaning: the same opaque characters, weak or strong.
 *
 * @example
 * weakMatch('W/"1"', '"1"'); // true
 * @see RFC 9110 §8.8.3.2
 */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  // Two tags of the same length are equal, or their opaque parts differ.
  if (a.length === b.length) return a === b;
  return a.length > b.length ? isWeakFormOf(a, b) : isWeakFormOf(b, a);
}

function isWeakFormOf(longer: EntityTag, shorter: EntityTag): boolean {
  // When `W/` is the only possible extra, `lastIndexOf` looks there first, and is faster than `endsWith`.
  return (
    longer.length === shorter.length + 2 && longer.startsWith('W/"') && longer.lastIndexOf(shorter) === 2
  );
}
