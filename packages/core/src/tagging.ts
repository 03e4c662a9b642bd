import { readIfComplete, readToEnd } from "./complete-body.ts";
import { type EntityTag, parseTag } from "./entity-tag.ts";
import { shown } from "./given.ts";
import { contentTag } from "./make-tag.ts";
import type { Fields } from "./responses.ts";
import type { Current } from "./state.ts";
import {
  copyOf,
  copyWith,
  discard,
  hasBody,
  isBodyTaken,
  isDecodedByDeno,
  isReadLater,
  readingChangesBodies,
  sendsFile,
} from "./touched-body.ts";
import { lastModifiedUpToNow, validatorFields } from "./validator-fields.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Bytes that do not share their memory. The type is written so that TypeScript 5.5 reads it, too. */
export type Bytes = Uint8Array & { readonly buffer: ArrayBuffer };

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, because a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** A replacement for `contentTag` where the platform has a faster one. */
  contentTag?: ((bytes: Bytes, options: { weak: boolean }) => Awaitable<EntityTag>) | undefined;
  /**
   * The state of a file that the platform opens only when it sends it, as Bun does. The content of such a file is never
   * read. Default: no validators.
   */
  fileState?: ((file: Blob) => Awaitable<Current>) | undefined;
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

/** The longest body, in bytes, that adapters read for its tag by default. */
export const DEFAULT_MAX_BYTES = 1_048_576;

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
  { tag = {}, maxBytes = DEFAULT_MAX_BYTES }: Tagging<Req>,
): Promise<Response> {
  const { headers, status } = response;
  if (headers.has("ETag") || tag === false || !mayBeTagged(request.method, status)) return response;
  if (typeof tag === "function") {
    // Does not touch a body without need: only HEAD needs to know whether there is one.
    if (request.method === "HEAD" && !hasBody(response)) return response;
    const etag = await tag(response, request);
    return etag === undefined ? response : withMissingFields(response, [["ETag", madeTag(etag)]]);
  }
  if (isEventStream(headers.get("Content-Type")) || Number(headers.get("Content-Length")) > maxBytes)
    return response;
  if (isArriving(response)) return response;
  return readingChangesBodies()
    ? taggedByCopy(response, tag, maxBytes)
    : taggedByContent(response, response, tag, maxBytes);
}

/**
 * True for an answer that `fetch` got from another server, if the length of its body is not known. Whether such a body
 * is complete at once depends on the load.
 */
function isArriving(response: Response): boolean {
  return Boolean(response.url) && (!response.headers.has("Content-Length") || isDecodedByDeno(response));
}

/** Reads a copy, and leaves the body of the answer untouched. */
async function taggedByCopy(response: Response, tag: ContentTagging, maxBytes: number): Promise<Response> {
  const copy = copyOf(response);
  if (copy === undefined) return response;
  if (!sendsFile(copy)) return taggedByContent(response, copy, tag, maxBytes);
  // Reads another copy: an inspected copy no longer shows whether the size of the file was known before.
  const state = await tag.fileState?.(await response.clone().blob());
  return withMissingFields(response, validatorFields(state ?? null));
}

/** `read` is the answer itself, or a copy of it that is not sent. */
async function taggedByContent(
  response: Response,
  read: Response,
  { weak = true, contentTag: own }: ContentTagging,
  maxBytes: number,
): Promise<Response> {
  const hash = own ?? (globalThis.crypto?.subtle && contentTag);
  if (hash === undefined || read.body === null || isBodyTaken(read)) return response;
  const length = response.headers.get("Content-Length");
  if (length === null && isReadLater(read.body)) return response;
  const body =
    length === null
      ? await readIfComplete(read.body, maxBytes)
      : await readToEnd(read.body, maxBytes, Number(length));
  // Where a copy was read, the answer itself breaks in one turn with its first chunks. So a broken copy is sent instead.
  const isReadSent = read === response || (!body.complete && body.isBroken === true);
  if (read !== response && !body.complete) discard(isReadSent ? response.body : body.stream);
  const sent = isReadSent
    ? copyWith(body.complete ? (body.bytes as Bytes) : body.stream, response)
    : response;
  if (!body.complete || body.bytes.byteLength > maxBytes) return sent;
  const etag = madeTag(await hash(body.bytes as Bytes, { weak }));
  if (sent === response) return withMissingFields(sent, [["ETag", etag]]);
  sent.headers.set("ETag", etag);
  return sent;
}

/**
 * True when an answer without a tag may get one. A partial answer may not, because the tag of a part is not that of the
 * whole. An answer to QUERY may not. An answer to HEAD without content may not, because the tag of GET is not known.
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
  if (typeof given === "string" && parseTag(given) === given) return given;
  throw new TypeError(
    `\`tag\` returned ${shown(given)}, which is not an entity tag: quote it with strong() or weak()`,
  );
}

/**
 * The response with those fields that it lacks. They are added to the response itself if its headers can be written,
 * because a copy would touch its body and lose its class. A response without a body may be a constant of the handler,
 * so it is copied.
 */
export function withMissingFields(response: Response, fields: Fields): Response {
  const missing = fields.filter(([name]) => !response.headers.has(name));
  if (missing.length === 0) return response;
  const changed = changeable(response);
  for (const [name, value] of missing) changed.headers.append(name, value);
  return changed;
}

/** The answer, with now in place of a `Last-Modified` that is later, which an origin must not send (§8.8.2.1). */
export function datedUpToNow(response: Response): Response {
  const date = lastModifiedUpToNow(response.headers.get("Last-Modified"));
  if (date === undefined) return response;
  const dated = changeable(response);
  dated.headers.set("Last-Modified", date);
  return dated;
}

function changeable(response: Response): Response {
  const isOneOff = isWritable(response) && (readingChangesBodies() || hasBody(response));
  return isOneOff ? response : copyWith(response.body, response);
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

/**
 * True for the `Content-Type` of server-sent events. Their content is never awaited and never hashed.
 *
 * @example
 * isEventStream("text/event-stream; charset=utf-8"); // true
 * @see RFC 9110 §8.3
 */
export function isEventStream(contentType: string | null | undefined): boolean {
  return /^text\/event-stream\b/i.test(contentType ?? "");
}
