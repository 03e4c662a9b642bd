import { readIfComplete, readToEnd } from "./complete-body.ts";
import { type EntityTag, parseTag } from "./entity-tag.ts";
import { contentTag } from "./make-tag.ts";
import type { Fields } from "./responses.ts";

export type Awaitable<T> = T | Promise<T>;

/** Bytes that do not share their memory. The type is written so that TypeScript 5.5 reads it, too. */
export type Bytes = Uint8Array & { readonly buffer: ArrayBuffer };

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, because a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** A replacement for `contentTag` where the platform has a faster one. */
  contentTag?: ((bytes: Bytes, options: { weak: boolean }) => Awaitable<EntityTag>) | undefined;
}

/** How an answer without a tag gets one. */
export interface Tagging<Req> {
  /** How a 2xx answer to GET without a tag gets one. Default: weak, from its content. `false`: not at all. */
  tag?:
    | ContentTagging
    | ((response: Response, request: Req) => Awaitable<EntityTag | undefined>)
    | false
    | undefined;
  /** The longest body, in bytes, that is read for its tag; a longer one is sent untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

const MAX_BYTES = 1_048_576;

/**
 * The answer with a tag: its own, or one that is made as `tag` says. A partial answer gets no tag, because it would
 * be that of the part.
 *
 * Whether content is hashed depends on the answer alone, never on timing. A body with a `Content-Length` is read
 * completely; a body without one is hashed if it is complete at once.
 */
export async function tagged<Req extends { method: string }>(
  request: Req,
  response: Response,
  { tag = {}, maxBytes = MAX_BYTES }: Tagging<Req>,
): Promise<Response> {
  const { headers, status } = response;
  if (headers.has("ETag") || tag === false || !mayBeTagged(request.method, status)) return response;
  if (typeof tag === "function") {
    // Does not touch a body without need: only HEAD needs to know whether there is one.
    if (request.method === "HEAD" && response.body === null) return response;
    const etag = await tag(response, request);
    return etag === undefined ? response : stamp(response, [["ETag", madeTag(etag)]]);
  }
  const hash = tag.contentTag ?? (globalThis.crypto?.subtle && contentTag);
  if (hash === undefined || isEventStream(headers) || Number(headers.get("Content-Length")) > maxBytes) {
    return response;
  }
  // The body of such an answer must not be touched, so a copy is read.
  const isCopied = isTypedLate(response);
  const { body } = isCopied ? response.clone() : response;
  if (body === null) return response;
  const read = await (headers.has("Content-Length") ? readToEnd : readIfComplete)(body, maxBytes);
  if (isCopied && !read.complete) discard(read.stream);
  const whole = isCopied ? response : withBody(response, read.complete ? read.bytes : read.stream);
  if (!read.complete || read.bytes.byteLength > maxBytes) return whole;
  const etag = await hash(read.bytes as Bytes, { weak: tag.weak ?? true });
  return stamp(whole, [["ETag", madeTag(etag)]]);
}

/**
 * True when an answer without a tag may get one. A partial answer may not, because it would get a tag of its own.
 * An answer to QUERY may not. An answer to HEAD without the content may not, because the tag of GET is then
 * unknown.
 *
 * @example
 * mayBeTagged("GET", 206); // false
 * mayBeTagged("HEAD", 200, false); // false
 * @see RFC 9110 §8.8.3
 */
export function mayBeTagged(method: string, status: number, hasContent = true): boolean {
  return method !== "QUERY" && status !== 206 && (hasContent || method !== "HEAD");
}

/**
 * The tag that an application's own function returned, if it is valid.
 *
 * @throws {TypeError} if it is not
 * @example
 * madeTag('"v1"'); // '"v1"'
 * @see RFC 9110 §8.8.3
 */
export function madeTag(given: EntityTag): EntityTag {
  if (parseTag(given) === given) return given;
  throw new TypeError(
    `\`tag\` gave ${JSON.stringify(given)}, which is not an entity tag: make one with strong() or weak()`,
  );
}

/**
 * Adds missing fields to the response itself if its headers can be written, because a copy would touch its body and
 * lose its class. A response without a body may be a constant of the handler, so it is copied.
 */
export function stamp(response: Response, fields: Fields): Response {
  const missing = fields.filter(([name]) => !response.headers.has(name));
  if (missing.length === 0) return response;
  const isOneOff = isWritable(response) && (typesAreLate() || response.body !== null);
  const stamped = isOneOff ? response : new Response(response.body, response);
  for (const [name, value] of missing) stamped.headers.append(name, value);
  return stamped;
}

/** The headers of an answer that fetch gave, or of a redirect, cannot be written. */
function isWritable({ headers }: Response): boolean {
  try {
    headers.delete("X-Entity-Tag-Probe");
    return true;
  } catch {
    return false;
  }
}

function withBody(response: Response, body: Uint8Array | ReadableStream): Response {
  return new Response(body as Bytes, response);
}

function isEventStream(headers: Headers): boolean {
  return /^text\/event-stream\b/i.test(headers.get("Content-Type") ?? "");
}

/**
 * True when the runtime finds the Content-Type of this answer only when it sends it. Its body must not be touched
 * before: it would become bytes without a type.
 */
function isTypedLate({ headers }: Response): boolean {
  return !headers.has("Content-Type") && typesAreLate();
}

/** Bun finds the type of a string when it sends it; other runtimes when the `Response` is made. */
function typesAreLate(): boolean {
  return !new Response("").headers.has("Content-Type");
}

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}
