import { checkedTag } from "./entity-tag.ts";
import { formatDate } from "./http-date.ts";
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
