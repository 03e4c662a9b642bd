import { shown } from "../checks.ts";
import type { Job } from "./job.ts";
import { patched, patchFor } from "./merge-patch.ts";
import { until } from "./waiting.ts";

/** One body with one condition. Each time it is sent, the octets are the same. */
export interface Payload<T> {
  method: "PUT" | "PATCH" | "DELETE";
  url: string;
  /** The tag in If-Match. `undefined`: the write creates, with `If-None-Match: *`. */
  tag: string | undefined;
  body: BodyInit | null;
  contentType: string | undefined;
  key: string | undefined;
  /** The value that the body was made from. */
  sent: T | undefined;
  /** The value that the resource should have after the write, unless the server shows another one. */
  expected: T | undefined;
}

/** The value to write. */
export interface Change<T> {
  url: string;
  /** `undefined`: the resource must not exist yet. */
  etag?: string;
  /** The value that it was made from. */
  base?: () => T | Promise<T>;
  mine: T;
  /** True when `mine` is the object that the recipe was given. */
  same?: boolean;
}

/** The new value as it is sent, or `undefined` if a patch would change nothing. */
export async function payloadFor<T>(job: Job<T>, change: Change<T>): Promise<Payload<T> | undefined> {
  const { url, etag: tag, base, mine, same = false } = change;
  const { method, encode, signal } = job;
  const bare = { method, url, tag, sent: mine, expected: mine, contentType: undefined };
  if (encode || isOctets(mine)) {
    const body = encode
      ? await until(signal, encode(mine, { method, current: await base?.() }))
      : (mine as BodyInit);
    return { ...bare, ...(await sameEachTime(checkedBody(body))), key: job.newKey() };
  }
  // Decode it before the write, because a failure to decode must not hide that a write succeeded.
  const isPatch = method === "PATCH";
  const current = isPatch ? await base?.() : undefined;
  const content = isPatch ? patchFor(current, mine, same) : mine;
  if (isPatch && content === undefined) return undefined;
  const body = JSON.stringify(content, sameInJson);
  if (body === undefined) throw notJson(mine);
  const contentType = isPatch ? "application/merge-patch+json" : "application/json";
  const expected = isPatch ? (patched(current, content) as T) : mine;
  return { ...bare, body, contentType, expected, key: job.newKey() };
}

/** `fetch` would give a form another boundary each time it is sent. */
async function sameEachTime(body: BodyInit): Promise<Pick<Payload<never>, "body" | "contentType">> {
  if (!(body instanceof FormData)) return { body, contentType: undefined };
  const form = new Response(body);
  return { body: await form.blob(), contentType: form.headers.get("Content-Type")! };
}

export function headersFor<T>(given: Headers, payload: Payload<T>): Headers {
  if (payload.contentType && !given.has("Content-Type")) given.set("Content-Type", payload.contentType);
  if (payload.body === null) given.delete("Content-Type");
  if (payload.tag === undefined) given.set("If-None-Match", "*");
  else given.set("If-Match", payload.tag);
  if (payload.key !== undefined) given.set("Idempotency-Key", payload.key);
  return given;
}

/**
 * Refuses a stream, which can be read only once, because a write may have to be sent again. Refuses all that `fetch`
 * would send as an empty content, or as "[object Object]".
 */
function checkedBody(body: unknown): BodyInit {
  const type = Object.prototype.toString.call(body).slice(8, -1);
  const isContent = ["String", "Blob", "File", "ArrayBuffer", "FormData", "URLSearchParams"].includes(type);
  if (isContent || ArrayBuffer.isView(body)) return body as BodyInit;
  const why = type === "ReadableStream" ? ": it may have to be sent again" : "";
  throw new TypeError(`Cannot send ${shown(body)}${why}. Let \`encode\` return a string, a Blob or octets`);
}

/** Refuses values that JSON would change: NaN would be null, and a Map, a stream or a promise would be `{}`. */
function sameInJson(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const given = this[name];
  const isLost =
    typeof value === "object" && value !== null
      ? Object.keys(value).length === 0 && !Array.isArray(value) && !isOrdinary(value)
      : (value === null && given !== null) || (typeof value === "number" && !Number.isFinite(value));
  if (isLost) throw notJson(given);
  return value;
}

/** True for a plain object and for one of a program's own class; false for one of the platform's, such as a Map. */
function isOrdinary(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function notJson(value: unknown): TypeError {
  return new TypeError(`Cannot write ${shown(value)} as JSON: give an encode`);
}

function isOctets(value: unknown): value is Blob | BufferSource {
  return value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}
