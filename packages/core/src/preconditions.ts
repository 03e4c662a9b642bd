import { listedCoding } from "./content-codings.ts";
import { checkedTag, type EntityTag } from "./entity-tag.ts";
import { secondOf } from "./http-date.ts";
import { type Current, checkShape, checkValidators, type State, timeOf } from "./state.ts";
import { isStar, listIncludes } from "./tag-list.ts";

/** Whether the condition holds; `undefined`: the request does not have the condition. */
export type ConditionResult = boolean | undefined;

/** A field's value; `null` or `undefined`: it is not in the request. */
export type Field = string | null | undefined;

/**
 * True when `If-Match` holds: it is `*` and the resource exists, or one of its tags is the current one.
 *
 * A field that cannot be read does not hold. The comparison is strong. `"weak"` departs from the standard; use it
 * for an origin behind a proxy that weakens tags.
 *
 * @throws {TypeError} if a tag of `current` is not an entity tag
 * @example
 * ifMatch('"v1", "v2"', { etag: '"v2"' }); // true
 * ifMatch("*", null); // false
 * @see RFC 9110 §13.1.1
 */
export function ifMatch(
  field: Field,
  current: Current,
  comparison: "strong" | "weak" = "strong",
): ConditionResult {
  if (!isAsked(field, current)) return undefined;
  return current !== null && (namesVersion(field, current, comparison) || isStar(field));
}

/**
 * True when `If-Unmodified-Since` holds: the resource was last modified then or earlier.
 *
 * The field is ignored (`undefined`) if the date cannot be read or no time of modification is known. `now`, in
 * milliseconds, is for `parseDate`.
 *
 * @example
 * ifUnmodifiedSince("Sun, 06 Nov 1994 08:49:37 GMT", { lastModified: 784111778000 }); // false
 * @see RFC 9110 §13.1.4
 */
export function ifUnmodifiedSince(field: Field, current: Current, now?: number): ConditionResult {
  const modified = ifModifiedSince(field, current, now);
  return modified === undefined ? undefined : !modified;
}

/**
 * True when `If-None-Match` holds: it is `*` and the resource does not exist, or none of its tags matches weakly.
 *
 * An alternate does not count, because a 304 would then stand for a form that the client does not have. For the same
 * reason a coding counts only if `acceptEncoding`, the request's field of that name, admits it. A field that cannot be
 * read matches nothing, so it holds (decision 3). That is right for a read; a write must be refused instead, as
 * `evaluate` does.
 *
 * @throws {TypeError} if a tag of `current` is not an entity tag
 * @example
 * ifNoneMatch('W/"v1"', { etag: '"v1"' }); // false
 * ifNoneMatch("*", null); // true
 * @see RFC 9110 §13.1.2
 */
export function ifNoneMatch(field: Field, current: Current, acceptEncoding?: Field): ConditionResult {
  if (!isAsked(field, current)) return undefined;
  return namesNone(field, current, acceptEncoding);
}

/** {@link ifNoneMatch} of a field that is in the request, and of a state that has been checked. */
export function namesNone(field: string, current: Current, acceptEncoding?: Field): boolean {
  if (current === null || names(field, current.etag, "weak")) return current === null;
  return (
    codedTagIn(field, current.etag, current.codings, "weak", acceptEncoding ?? "") === undefined &&
    !isStar(field)
  );
}

/**
 * The tag for a 304: the tag of the coding that `If-None-Match` names, when it does not name the tag itself.
 * `undefined` if the field names no coding's tag.
 */
export function tagOfNotModified(field: Field, current: State, acceptEncoding: Field): EntityTag | undefined {
  const { etag } = current;
  if (field == null || names(field, etag, "weak")) return etag;
  return codedTagIn(field, etag, current.codings, "weak", acceptEncoding ?? "") ?? etag;
}

/**
 * True when `If-Modified-Since` holds: the resource was modified later.
 *
 * The field is ignored (`undefined`) if the date cannot be read or no time of modification is known. Only GET, HEAD and
 * QUERY have this condition; `evaluate` takes care of that.
 *
 * @example
 * ifModifiedSince("Sun, 06 Nov 1994 08:49:37 GMT", { lastModified: 784111778000 }); // true
 * @see RFC 9110 §13.1.3
 */
export function ifModifiedSince(field: Field, current: Current, now?: number): ConditionResult {
  if (!isAsked(field, current) || current === null) return undefined;
  const later = secondsSince(field, current, now);
  return Number.isNaN(later) ? undefined : later > 0;
}

/**
 * True when `If-Range` holds, so that the range may be sent: it is one strong tag that is the current one, or
 * exactly the date of a strong time of modification.
 *
 * Any other value does not hold: a list, `*`, a weak tag, the tag of a coding, an unreadable field. The answer is then
 * the whole representation, never 412.
 *
 * @example
 * ifRange('"v1"', { etag: '"v1"' }); // true
 * ifRange('W/"v1"', { etag: 'W/"v1"' }); // false
 * @see RFC 9110 §13.1.5
 */
export function ifRange(field: Field, current: Current, now?: number): ConditionResult {
  if (!isAsked(field, current)) return undefined;
  if (current === null) return false;
  const { etag, lastModifiedStrong } = current;
  // The equality excludes lists. The comparison excludes tags with other white space around them, which `trim`
  // drops.
  if (field.trim() === etag && names(field, etag, "strong")) return true;
  return lastModifiedStrong === true && secondsSince(field, current, now) === 0;
}

/** True when the request has the field. It throws on a field that is not text, and on a state that is not valid. */
function isAsked(field: Field, current: Current): field is string {
  if (field == null) return false;
  if (typeof field !== "string") {
    throw new TypeError(`The field is ${String(field)}: use what headers.get() gives`);
  }
  checkValidators(current);
  return true;
}

/** A write is about the version, so the tag of any of its forms counts, and of any coding of them. */
function namesVersion(field: string, current: State, comparison: "strong" | "weak"): boolean {
  const { etag, alternates, codings } = current;
  if (namesForm(field, etag, codings, comparison)) return true;
  return alternates?.some((tag) => namesForm(field, checkedTag(tag), codings, comparison)) === true;
}

function namesForm(
  field: string,
  tag: EntityTag | undefined,
  codings: State["codings"],
  comparison: "strong" | "weak",
): boolean {
  return names(field, tag, comparison) || codedTagIn(field, tag, codings, comparison) !== undefined;
}

function codedTagIn(
  field: string,
  tag: EntityTag | undefined,
  codings: State["codings"],
  comparison: "strong" | "weak",
  accepted?: string,
): EntityTag | undefined {
  if (tag === undefined || codings === undefined) return undefined;
  return listedCoding(field, tag, codings, comparison, accepted);
}

function names(field: string, tag: EntityTag | undefined, comparison: "strong" | "weak"): boolean {
  return tag !== undefined && listIncludes(field, tag, comparison);
}

/** The whole seconds from the date in the field to the last modification; NaN if one of the two is not known. */
function secondsSince(field: string, current: State, now?: number): number {
  const { lastModified } = current;
  if (lastModified !== undefined) return Math.floor(timeOf(lastModified) / 1000) - secondOf(field, now);
  // The date would be ignored, which must not be the effect of a misspelt `lastModified` (decision 7).
  checkShape(current);
  return NaN;
}
