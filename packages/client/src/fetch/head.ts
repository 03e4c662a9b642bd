import type { StoredResponse } from "../response-store.ts";
import { fieldOf } from "./condition.ts";

/**
 * True when a HEAD describes the kept answer: each of its validators, and its length, equal the kept ones.
 *
 * @see RFC 9111 §4.3.5
 */
export function describes(headers: Headers, stored: StoredResponse): boolean {
  for (const name of ["etag", "last-modified"]) {
    const validator = headers.get(name);
    if (validator !== null && validator !== fieldOf(stored, name)) return false;
  }
  const length = headers.get("Content-Length");
  const isCoded = fieldOf(stored, "content-encoding") !== undefined;
  const keptLength = fieldOf(stored, "content-length") ?? (isCoded ? undefined : String(stored.body.length));
  return length === null || keptLength === undefined || Number(length) === Number(keptLength);
}
