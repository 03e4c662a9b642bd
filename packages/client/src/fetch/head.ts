import { parseDate } from "@entity-tag/core";
import type { StoredResponse } from "../response-store.ts";
import { fieldOf } from "./condition.ts";

/**
 * True when a HEAD describes the kept answer: each of its validators, and its length, equal the kept ones.
 *
 * @see RFC 9111 §4.3.5
 */
export function describes(headers: Headers, stored: StoredResponse): boolean {
  const tag = headers.get("ETag");
  if (tag !== null && tag !== fieldOf(stored, "etag")) return false;
  const date = headers.get("Last-Modified");
  const keptDate = fieldOf(stored, "last-modified");
  if (date !== null && date !== keptDate && parseDate(date) !== (parseDate(keptDate) ?? null)) return false;
  const length = headers.get("Content-Length");
  const isCoded = fieldOf(stored, "content-encoding") !== undefined;
  const keptLength = fieldOf(stored, "content-length") ?? (isCoded ? undefined : String(stored.body.length));
  return length === null || keptLength === undefined || Number(length) === Number(keptLength);
}
