import type { StoredHead } from "../response-store.ts";

/** These belong to one connection, or to one exchange. */
const OF_ONE_EXCHANGE = [
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
];

/** These describe the content that is kept. The tag is its name: we choose not to upgrade a weak one. */
const OF_THE_CONTENT = [
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
  "etag",
];

/**
 * The fields of an answer that are kept.
 *
 * We choose to keep no `Set-Cookie`: replayed later it would set an old session again.
 *
 * @see RFC 9111 §3.1
 */
export function keptFields(headers: Headers): [string, string][] {
  const names = (headers.get("Connection") ?? "").toLowerCase().split(",");
  const left = new Set([...OF_ONE_EXCHANGE, ...names.map((name) => name.trim())]);
  return [...headers].filter(([name]) => !left.has(name));
}

/**
 * A kept head after a 304, or after a HEAD that agrees: fields are added and replaced.
 *
 * @see RFC 9111 §3.2, §4.3.4
 */
export function freshened(stored: StoredHead, headers: Headers, time: number): StoredHead {
  const fields = new Map(stored.headers);
  // They count from the answer that they came with.
  fields.delete("age");
  fields.delete("date");
  for (const [name, value] of keptFields(headers))
    if (!OF_THE_CONTENT.includes(name)) fields.set(name, value);
  if (!fields.has("date")) fields.set("date", new Date(time).toUTCString());
  const { stale: _, ...rest } = stored;
  return { ...rest, headers: [...fields], time };
}
