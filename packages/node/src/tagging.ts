import { type EntityTag, parseTag } from "@entity-tag/core";
import { contentTag } from "./make-tag.ts";
import type { NodeRequest, NodeResponse } from "./message.ts";

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, since a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** Another maker than `contentTag`. */
  contentTag?: ((bytes: Uint8Array, options: { weak: boolean }) => EntityTag) | undefined;
}

/** How an answer gets the tag that it lacks. */
export interface Tagging<Req, Res> {
  /**
   * How a 2xx answer to GET gets the tag that it lacks. Default: weak, from its content. `false`: not at all. A function
   * is not asked about a part, nor about an answer to HEAD whose handler writes no content.
   */
  tag?: ContentTagging | ((res: Res, req: Req) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag; a longer one goes untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

/** In place of a body: there is one, and it comes in parts. */
export const IN_PARTS = Symbol("a body in parts");

/** Whether the answer lacks a tag that waits for its body: for the content, or for there being any. */
export function needsBody(req: NodeRequest, res: NodeResponse, tag: unknown = {}): boolean {
  const isAwaited = typeof tag === "object" || (typeof tag === "function" && req.method === "HEAD");
  return isAwaited && lacksTag(req, res);
}

/** As core does, leaves an answer to QUERY, and a part, without a tag of ours. */
function lacksTag({ method }: NodeRequest, res: NodeResponse): boolean {
  return method !== "QUERY" && res.statusCode !== 206 && res.getHeader("etag") === undefined;
}

/** Adds the tag that the answer lacks. `body`: the whole of it, if it is there, or {@link IN_PARTS}. */
export function addTag<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: Tagging<Req, Res>,
  body: unknown,
  encoding: unknown,
): void {
  const { tag = {}, maxBytes = 1_048_576 } = options;
  if (tag === false || !lacksTag(req, res)) return;
  // Of an answer to HEAD without the body, nobody can tell which tag that of GET would have.
  if (typeof tag === "function" && req.method === "HEAD" && !isBody(body)) return;
  const made = typeof tag === "function" ? tag(res, req) : tagOf(body, encoding, tag, maxBytes);
  if (made === undefined) return;
  if (parseTag(made) === made) res.setHeader("ETag", made);
  else
    throw new TypeError(
      `\`tag\` gave ${JSON.stringify(made)}, no entity tag: make one with strong() or weak()`,
    );
}

/** `end` may be given a callback alone. */
function isBody(body: unknown): boolean {
  return body != null && typeof body !== "function";
}

function tagOf(
  body: unknown,
  encoding: unknown,
  tag: ContentTagging,
  maxBytes: number,
): EntityTag | undefined {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return undefined;
  const isCoded = typeof body === "string" && typeof encoding === "string" && encoding !== "utf8";
  const bytes = isCoded ? Buffer.from(body, encoding as BufferEncoding) : body;
  if (Buffer.byteLength(bytes) > maxBytes) return undefined;
  const weakness = { weak: tag.weak ?? true };
  return tag.contentTag
    ? tag.contentTag(Buffer.from(bytes as string), weakness)
    : contentTag(bytes, weakness);
}
