import { isWeak, parseTag } from "./entity-tag.ts";
import type { ConditionalRequest } from "./evaluate.ts";
import { parseDate } from "./http-date.ts";
import { ifRange } from "./preconditions.ts";
import type { Current } from "./state.ts";
import { parseTagList } from "./tag-list.ts";
import { validatorFields } from "./validator-fields.ts";

/**
 * True when a simpler check (split at commas, `Date.parse`) could find a match that the standard does not find.
 *
 * An adapter then hides the conditions from a handler that may make such a check. A simpler check that misses a match
 * does no harm: the conditions are judged again when the handler has made its answer.
 *
 * `now`: milliseconds since the epoch, for a two-digit year.
 *
 * @example
 * const asks = (field: string) => ({ method: "GET", headers: new Headers({ "If-None-Match": field }) });
 * isUnsafeForSimpleChecks(asks('"v1", "v2"')); // false
 * isUnsafeForSimpleChecks(asks('"one, "v1", two"')); // true
 * @see RFC 9110 §13.1
 */
export function isUnsafeForSimpleChecks({ headers }: ConditionalRequest, now?: number): boolean {
  // Reads seldom have these fields, and simpler checks refuse without advice.
  if (headers.get("if-match") != null || headers.get("if-unmodified-since") != null) return true;
  const noneMatch = headers.get("if-none-match");
  if (noneMatch != null) return !isSplitAtCommas(noneMatch);
  const modifiedSince = headers.get("if-modified-since");
  return modifiedSince != null && Date.parse(modifiedSince) !== parseDate(modifiedSince, now);
}

/** True when a split at commas finds exactly the tags of the field. */
function isSplitAtCommas(field: string): boolean {
  // A split leaves a single member unchanged. `*` would match a tag that has not been made yet.
  if (!field.includes(",")) return field.startsWith('"') || field.startsWith('W/"');
  const tags = parseTagList(field);
  return Array.isArray(tags) && tags.every((tag) => !tag.includes(","));
}

/**
 * True when `If-Range` cannot hold in any state, because it is neither one strong tag nor a date. The range must
 * not be honoured then.
 *
 * @example
 * const request = { method: "GET", headers: new Headers({ Range: "bytes=0-3", "If-Range": 'W/"v1"' }) };
 * isRangeRefused(request); // true
 * @see RFC 9110 §13.1.5
 */
export function isRangeRefused({ headers }: ConditionalRequest, now?: number): boolean {
  const ifRange = headers.get("if-range");
  if (ifRange == null) return false;
  const tag = parseTag(ifRange);
  return tag === undefined ? parseDate(ifRange, now) === undefined : isWeak(tag);
}

/**
 * True when an adapter hides the `Range` beside an `If-Range` from the handler, so that the handler sends the whole
 * representation.
 *
 * `current`: `undefined` if the state is not known. Then `ranges` says whether the handler checks `If-Range` itself.
 *
 * @example
 * const headers = new Headers({ Range: "bytes=0-3", "If-Range": '"v1"' });
 * isRangeHidden({ method: "GET", headers }, { etag: '"v2"' }, "checked"); // true
 * isRangeHidden({ method: "GET", headers }, undefined, "checked"); // false
 * @see RFC 9110 §13.1.5
 */
export function isRangeHidden(
  request: ConditionalRequest,
  current: Current | undefined,
  ranges: "checked" | "unchecked" | undefined,
  now?: number,
): boolean {
  const field = request.headers.get("if-range");
  if (field == null || request.headers.get("range") == null) return false;
  if (isRangeRefused(request, now)) return true;
  const isKnown = current !== undefined && validatorFields(current).length > 0;
  return isKnown ? ifRange(field, current, now) !== true : ranges !== "checked";
}

/**
 * True when a read is judged by its date alone. A handler that answers 304 by the date sends no tag if the tag has
 * not been made yet.
 *
 * @example
 * const headers = new Headers({ "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" });
 * asksByDate({ method: "GET", headers }); // true
 * @see RFC 9110 §15.4.5
 */
export function asksByDate({ headers }: ConditionalRequest): boolean {
  return headers.get("if-none-match") == null && headers.get("if-modified-since") != null;
}
