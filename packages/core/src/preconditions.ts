import { listedCoding } from "./content-codings.ts";
import { type EntityTag, isWeak, notATag } from "./entity-tag.ts";
import { secondOf } from "./http-date.ts";
import { isStar, listIncludes } from "./tag-list.ts";

/**
 * What is known of the selected representation: nothing of it need be. `{}` is here, but has no validator.
 *
 * @see RFC 9110 §8.8
 */
export interface State {
  /** The tag of the selected representation. */
  etag?: EntityTag | undefined;
  /** Other tags of this same version, such as that of its XML form: they are good for `If-Match`. */
  alternates?: readonly EntityTag[] | undefined;
  /**
   * The codings that something on the way to the client may apply: with `["gzip"]`, `"v1-gzip"` names `"v1"`, too.
   * `If-Match` accepts it always, `If-None-Match` where `Accept-Encoding` admits that coding, `If-Range` never.
   */
  codings?: readonly string[] | undefined;
  /** Milliseconds since the epoch, or a `Date`. Compared in whole seconds, cut off. */
  lastModified?: number | Date | undefined;
  /** It cannot have changed twice in that second (§8.8.2.2). Default: false. */
  lastModifiedStrong?: boolean | undefined;
}

/** The state of what the request is aimed at; `null`: nothing is here. */
export type Current = State | null;

/** Did the condition hold? `undefined`: nobody asked. */
export type ConditionResult = boolean | undefined;

/** A field's value; `null` or `undefined`: it is not in the request. */
export type Field = string | null | undefined;

/**
 * Whether `If-Match` holds: `*` and something is here, or one of its tags is the current one.
 *
 * A field that cannot be read does not hold. The comparison is strong; `"weak"` departs from the standard, for an
 * origin behind a proxy that weakens tags.
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
  if (field == null) return undefined;
  return current !== null && (namesVersion(field, current, comparison) || isStar(field));
}

/**
 * Whether `If-Unmodified-Since` holds: what is here was last modified then or earlier.
 *
 * Nobody asked (`undefined`) if the date cannot be read or no time of modification is known. `now`, in milliseconds,
 * is for `parseDate`.
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
 * Whether `If-None-Match` holds: `*` and nothing is here, or none of its tags is the current one, weakly compared.
 *
 * An alternate does not count: a 304 would stand for another form than the client holds. Nor does the tag of a coding
 * that `acceptEncoding`, the request's field of that name, does not admit. A field that cannot be read matches nothing,
 * so it holds. That is right for a read; a write must be refused instead, as `evaluate` does.
 *
 * @throws {TypeError} if a tag of `current` is not an entity tag
 * @example
 * ifNoneMatch('W/"v1"', { etag: '"v1"' }); // false
 * ifNoneMatch("*", null); // true
 * @see RFC 9110 §13.1.2
 */
export function ifNoneMatch(field: Field, current: Current, acceptEncoding?: Field): ConditionResult {
  if (field == null) return undefined;
  if (current === null || names(field, current.etag, "weak")) return current === null;
  return codedTagIn(field, current, "weak", acceptEncoding ?? "") === undefined && !isStar(field);
}

/**
 * The tag that a 304 carries: that of the coding which `If-None-Match` names, where it does not name the tag itself.
 * `undefined`: there is none.
 */
export function tagOfNotModified(field: Field, current: State, acceptEncoding: Field): EntityTag | undefined {
  const { etag } = current;
  if (field == null || names(field, etag, "weak")) return etag;
  return codedTagIn(field, current, "weak", acceptEncoding ?? "") ?? etag;
}

/**
 * Whether `If-Modified-Since` holds: what is here was modified later.
 *
 * Nobody asked (`undefined`) if the date cannot be read or no time of modification is known. It is a question for
 * GET, HEAD and QUERY alone; `evaluate` sees to that.
 *
 * @example
 * ifModifiedSince("Sun, 06 Nov 1994 08:49:37 GMT", { lastModified: 784111778000 }); // true
 * @see RFC 9110 §13.1.3
 */
export function ifModifiedSince(field: Field, current: Current, now?: number): ConditionResult {
  if (field == null || current === null) return undefined;
  const later = secondsSince(field, current, now);
  return Number.isNaN(later) ? undefined : later > 0;
}

/**
 * Whether `If-Range` holds, so that the range may be sent: one strong tag that is the current one, or exactly the
 * date of a strong time of modification.
 *
 * Anything else, a list, `*`, a weak tag, what cannot be read, does not hold: the answer is the whole, never 412.
 *
 * @example
 * ifRange('"v1"', { etag: '"v1"' }); // true
 * ifRange('W/"v1"', { etag: 'W/"v1"' }); // false
 * @see RFC 9110 §13.1.5
 */
export function ifRange(field: Field, current: Current, now?: number): ConditionResult {
  if (field == null) return undefined;
  if (current === null) return false;
  const { etag, lastModifiedStrong } = current;
  // A list may name the tag without being it, and `trim` alone would drop more than spaces and tabs.
  if (field.trim() === etag && names(field, etag, "strong")) return true;
  return lastModifiedStrong === true && secondsSince(field, current, now) === 0;
}

/** A write is about the version, so the tag of any of its forms will do. */
function namesVersion(field: string, current: State, comparison: "strong" | "weak"): boolean {
  const { etag, alternates } = current;
  return (
    names(field, etag, comparison) ||
    alternates?.some((tag) => names(field, tag, comparison)) === true ||
    codedTagIn(field, current, comparison) !== undefined
  );
}

function codedTagIn(
  field: string,
  { etag, codings }: State,
  comparison: "strong" | "weak",
  accepted?: string,
): EntityTag | undefined {
  if (etag === undefined || codings === undefined) return undefined;
  return listedCoding(field, etag, codings, comparison, accepted);
}

/** The commonest mistake of all is a tag without its quotes: it would match nothing, silently, for ever. */
function names(field: string, tag: EntityTag | undefined, comparison: "strong" | "weak"): boolean {
  if (tag === undefined) return false;
  const isQuoted = tag?.length > 1 && tag.endsWith('"') && (tag[0] === '"' || isWeak(tag));
  if (isQuoted) return listIncludes(field, tag, comparison);
  throw notATag(tag);
}

/** From the date in the field to the last modification, which counts in whole seconds; NaN if one of them is not known. */
function secondsSince(field: string, { lastModified }: State, now?: number): number {
  const second = Math.floor(Number(lastModified ?? NaN) / 1000);
  if (lastModified === undefined || Number.isFinite(second)) return second - secondOf(field, now);
  throw new TypeError(`lastModified ${String(lastModified)} is no moment: use milliseconds or a Date`);
}
