import { checkedTag } from "./entity-tag.ts";
import { formatDate, parseDate } from "./http-date.ts";
import { type Current, checkValidators, timeOf } from "./state.ts";

/**
 * The validators of a state as the fields of an answer: `ETag` and `Last-Modified`, as far as they are known.
 *
 * A future time becomes `now`, in milliseconds: `Last-Modified` is never later than the answer.
 *
 * @throws {TypeError} if `current` is not a state, or a tag or a time in it is not valid
 * @example
 * validatorFields({ etag: '"v1"', lastModified: 784111777000 });
 * // [["ETag", '"v1"'], ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]]
 * @see RFC 9110 §8.8.2.1
 */
export function validatorFields(
  current: Current,
  now: number = Date.now(),
): [name: "ETag" | "Last-Modified", value: string][] {
  checkValidators(current);
  const fields: [name: "ETag" | "Last-Modified", value: string][] = [];
  const { etag, lastModified } = current ?? {};
  if (etag !== undefined) fields.push(["ETag", checkedTag(etag)]);
  if (lastModified !== undefined) {
    fields.push(["Last-Modified", formatDate(Math.min(timeOf(lastModified), now))]);
  }
  return fields;
}

/**
 * The `Last-Modified` to send in place of one that is later than now; `undefined`: the given one is not later.
 *
 * An adapter applies it to a 2xx answer to a read, because its application may have set the field itself. `now` is in
 * milliseconds.
 *
 * @example
 * lastModifiedUpToNow("Fri, 01 Jan 2100 00:00:00 GMT", 784111777000); // "Sun, 06 Nov 1994 08:49:37 GMT"
 * lastModifiedUpToNow("Sun, 06 Nov 1994 08:49:37 GMT"); // undefined
 * @see RFC 9110 §8.8.2.1
 */
export function lastModifiedUpToNow(
  field: string | null | undefined,
  now: number = Date.now(),
): string | undefined {
  if (field == null) return undefined;
  const time = parseDate(field, now);
  return time !== undefined && time > now ? formatDate(now) : undefined;
}
