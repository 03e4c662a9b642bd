import { checkedTag } from "./entity-tag.ts";
import { formatDate } from "./http-date.ts";
import type { Current } from "./preconditions.ts";

/**
 * The validators of a state as the fields of an answer: `ETag` and `Last-Modified`, those that there are.
 *
 * @throws {TypeError} if `etag` is no entity tag, or `lastModified` no moment
 * @example
 * validatorFields({ etag: '"v1"', lastModified: 784111777000 });
 * // [["ETag", '"v1"'], ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]]
 * @see RFC 9110 §8.8
 */
export function validatorFields(current: Current): [name: "ETag" | "Last-Modified", value: string][] {
  const fields: [name: "ETag" | "Last-Modified", value: string][] = [];
  const { etag, lastModified } = current ?? {};
  if (etag !== undefined) fields.push(["ETag", checkedTag(etag)]);
  if (lastModified !== undefined) {
    const isDate = typeof lastModified === "object" && lastModified !== null;
    fields.push(["Last-Modified", formatDate(isDate ? lastModified.getTime() : lastModified)]);
  }
  return fields;
}
