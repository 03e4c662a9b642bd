import { isWeak, parseTag } from "./entity-tag.ts";
import type { ConditionalRequest } from "./evaluate.ts";
import { parseDate } from "./http-date.ts";
import { parseTagList } from "./tag-list.ts";

/**
 * Whether somebody who asks the conditions of a read by simpler rules may find in them what is not there: whoever splits
 * `If-None-Match` at commas, and takes for a date whatever `Date.parse` does. They are then to be kept from a handler
 * that might be such a one; where it finds too little, nothing is lost.
 *
 * `now`: milliseconds since the epoch, for a two-digit year.
 *
 * @example
 * const asks = (field: string) => ({ method: "GET", headers: new Headers({ "If-None-Match": field }) });
 * isUnsafeForSimpleChecks(asks('"v1", "v2"')); // false
 * isUnsafeForSimpleChecks(asks('"one, "v1", two"')); // true: some find "v1" in it
 * @see RFC 9110 §13.1
 */
export function isUnsafeForSimpleChecks({ headers }: ConditionalRequest, now?: number): boolean {
  // Reads seldom have them, and refusals of others say nothing of what to do.
  if (headers.get("if-match") != null || headers.get("if-unmodified-since") != null) return true;
  const noneMatch = headers.get("if-none-match");
  if (noneMatch != null) return !isSplitAtCommas(noneMatch);
  const modifiedSince = headers.get("if-modified-since");
  return modifiedSince != null && Date.parse(modifiedSince) !== parseDate(modifiedSince, now);
}

/** Whether nobody finds the tag of an answer between the commas of the field unless it is there. */
function isSplitAtCommas(field: string): boolean {
  // One member is that tag, or it is not. `*` would match a tag that is still to be made.
  if (!field.includes(",")) return field.startsWith('"') || field.startsWith('W/"');
  const tags = parseTagList(field);
  return Array.isArray(tags) && tags.every((tag) => !tag.includes(","));
}

/**
 * Whether `If-Range` cannot hold, whatever is here: it is neither one strong tag nor a date. The range is not to be
 * honoured then.
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
 * Whether a read is judged by its date alone. A 304 of somebody who compares no more than that lacks the tag of its 200
 * where that is still to be made.
 *
 * @example
 * const headers = new Headers({ "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" });
 * asksByDate({ method: "GET", headers }); // true
 * @see RFC 9110 §15.4.5
 */
export function asksByDate({ headers }: ConditionalRequest): boolean {
  return headers.get("if-none-match") == null && headers.get("if-modified-since") != null;
}
