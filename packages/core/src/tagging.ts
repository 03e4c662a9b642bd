import type { Fields } from "./check-preconditions.ts";
import { readIfComplete } from "./complete-body.ts";
import { type EntityTag, parseTag } from "./entity-tag.ts";
import { contentTag } from "./make-tag.ts";

export type Awaitable<T> = T | Promise<T>;

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, since a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** Another maker than `contentTag`, where the platform has a faster one. */
  contentTag?:
    | ((bytes: Uint8Array<ArrayBuffer>, options: { weak: boolean }) => Awaitable<EntityTag>)
    | undefined;
}

/** How an answer gets the tag that it lacks. */
export interface Tagging<Req> {
  /** How a 2xx answer to GET gets the tag that it lacks. Default: weak, from its content. `false`: not at all. */
  tag?:
    | ContentTagging
    | ((response: Response, request: Req) => Awaitable<EntityTag | undefined>)
    | false
    | undefined;
  /** The longest body, in bytes, that is read for its tag; a longer one flows on untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

const MAX_BYTES = 1_048_576;

/** The answer with a tag: its own, or one that is made as `tag` says. A part gets none: it would be that of the part. */
export async function tagged<Req extends Request>(
  request: Req,
  response: Response,
  { tag = {}, maxBytes = MAX_BYTES }: Tagging<Req>,
): Promise<Response> {
  const isOwn = response.headers.has("ETag");
  if (isOwn || tag === false || !mayBeTagged(request.method, response.status)) return response;
  // The body of such an answer may not be touched: only a copy is read.
  const isCopied = isTypedLate(response);
  const { body } = isCopied ? response.clone() : response;
  if (typeof tag === "function") {
    if (!mayBeTagged(request.method, response.status, body !== null)) return response;
    const etag = await tag(response, request);
    return etag === undefined ? response : stamp(response, [["ETag", madeTag(etag)]]);
  }
  if (body === null || Number(response.headers.get("Content-Length")) > maxBytes) return response;
  const read = await readIfComplete(body, maxBytes);
  if (isCopied && !read.complete) discard(read.stream);
  const whole = isCopied ? response : new Response(read.complete ? read.bytes : read.stream, response);
  if (!read.complete || read.bytes.byteLength > maxBytes) return whole;
  const etag = await (tag.contentTag ?? contentTag)(read.bytes, { weak: tag.weak ?? true });
  return stamp(whole, [["ETag", madeTag(etag)]]);
}

/**
 * Whether an answer that lacks a tag may be given one. Not a part, which would get a tag of its own, nor an answer to
 * QUERY; nor one to HEAD without the content, since nobody can tell then which tag that of GET would have.
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
 * The tag that an application's own maker has given, if it is one.
 *
 * @throws {TypeError} if it is not
 * @example
 * madeTag('"v1"'); // '"v1"'
 * @see RFC 9110 §8.8.3
 */
export function madeTag(given: EntityTag): EntityTag {
  if (parseTag(given) === given) return given;
  throw new TypeError(
    `\`tag\` gave ${JSON.stringify(given)}, which is no entity tag: make one with strong() or weak()`,
  );
}

/** Adds the fields that the response lacks. What a fetch or a redirect has answered cannot be written to. */
export function stamp(response: Response, fields: Fields): Response {
  const missing = fields.filter(([name]) => !response.headers.has(name));
  if (missing.length === 0) return response;
  const stamped = isTypedLate(response) ? response : new Response(response.body, response);
  for (const [name, value] of missing) stamped.headers.append(name, value);
  return stamped;
}

/**
 * Whether the Content-Type of a string is still to be found out when it is sent, as on Bun: whoever touches its body
 * before makes bytes of it that are of no type.
 */
function isTypedLate({ headers }: Response): boolean {
  return !headers.has("Content-Type") && !new Response("").headers.has("Content-Type");
}

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}
