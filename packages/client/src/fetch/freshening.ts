import type { StoredHead } from "../response-store.ts";
import { membersOf } from "./cache-control.ts";
import { fieldOf } from "./condition.ts";

/** Fields that belong to one connection, or to one exchange. */
const OF_ONE_EXCHANGE = /* @__PURE__ */ new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that describe the kept content. `ETag` is one of them (we choose), so a 304 never makes a weak tag strong. */
const OF_THE_CONTENT = /* @__PURE__ */ new Set([
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
  "etag",
]);

/**
 * The fields of an answer that are kept.
 *
 * We choose to keep no `Set-Cookie`: replayed later it would set an old session again.
 *
 * @see RFC 9111 §3.1
 */
export function keptFields(headers: Headers): [string, string][] {
  const named = connectionOptions(headers);
  return [...headers].filter(([name]) => !OF_ONE_EXCHANGE.has(name) && !named?.includes(name));
}

/** A field's new value; `undefined` when the field is removed. */
export type Update = readonly [name: string, value: string | undefined];

/**
 * The fields that a 304, or a HEAD with the same validators, adds to a kept answer or replaces in it.
 *
 * @see RFC 9111 §3.2, §4.3.4
 */
export function updatesBy(headers: Headers, stored: StoredHead): Update[] {
  const updates: Update[] = [];
  const named = connectionOptions(headers);
  for (const [name, value] of headers) {
    const isOurs = OF_ONE_EXCHANGE.has(name) || OF_THE_CONTENT.has(name) || named?.includes(name);
    if (!isOurs && value !== fieldOf(stored, name)) updates.push([name, value]);
  }
  // The kept date and age belong to the previous answer.
  if (!headers.has("date")) updates.push(["date", new Date().toUTCString()]);
  if (!headers.has("age") && fieldOf(stored, "age") !== undefined) updates.push(["age", undefined]);
  return updates;
}

/** The kept answer, or its head, with its fields updated. */
export function updated<Kept extends StoredHead>(
  stored: Kept,
  updates: readonly Update[],
  time: number,
): Kept {
  const fields = new Map(stored.headers);
  for (const [name, value] of updates) {
    if (value === undefined) fields.delete(name);
    else fields.set(name, value);
  }
  const kept = { ...stored, headers: [...fields], time };
  delete kept.stale;
  return kept;
}

/** The fields that `Connection` names belong to one connection, too (RFC 9110 §7.6.1). */
function connectionOptions(headers: Headers): string[] | undefined {
  const field = headers.get("Connection");
  return field === null ? undefined : membersOf(field.toLowerCase());
}
