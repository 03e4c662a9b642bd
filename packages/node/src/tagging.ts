import { type EntityTag, parseTag } from "@entity-tag/core";
import { madeTag, mayBeTagged } from "@entity-tag/core/adapter";
import { contentTag } from "./make-tag.ts";
import { type NodeRequest, type NodeResponse, text } from "./message.ts";

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

/** Whether the answer lacks a tag that waits for its content, or for there being any. */
export function needsContent(req: NodeRequest, res: NodeResponse, tag: unknown = {}): boolean {
  const mayBe = (hasContent: boolean) => mayBeTagged(req.method ?? "", res.statusCode, hasContent);
  const isAwaited = typeof tag === "object" || (typeof tag === "function" && !mayBe(false));
  return isAwaited && mayBe(true) && res.getHeader("etag") === undefined;
}

/**
 * The tag of the answer: its own, or the one that it lacks, which is added to it. `body`: the whole of it, if it is
 * there, or {@link IN_PARTS}.
 */
export function tagOf<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  { tag = {}, maxBytes = 1_048_576 }: Tagging<Req, Res>,
  body: unknown,
  encoding: unknown,
): EntityTag | undefined {
  const own = text(res, "etag");
  if (own !== undefined) return parseTag(own);
  if (tag === false || !mayBeTagged(req.method ?? "", res.statusCode, isBody(body))) return undefined;
  const made = typeof tag === "function" ? tag(res, req) : tagOfContent(body, encoding, tag, maxBytes);
  if (made === undefined) return undefined;
  if (typeof tag === "function" || tag.contentTag) madeTag(made);
  res.setHeader("ETag", made);
  return made;
}

/** `end` may be given a callback alone. */
function isBody(body: unknown): boolean {
  return body != null && typeof body !== "function";
}

function tagOfContent(
  body: unknown,
  encoding: unknown,
  { weak = true, contentTag: make }: ContentTagging,
  maxBytes: number,
): EntityTag | undefined {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return undefined;
  const isCoded = typeof body === "string" && typeof encoding === "string" && encoding !== "utf8";
  const bytes = isCoded ? Buffer.from(body, encoding as BufferEncoding) : body;
  // No character has more than three bytes: a short text need not be measured.
  if (bytes.length * 3 > maxBytes && Buffer.byteLength(bytes) > maxBytes) return undefined;
  return make ? make(Buffer.from(bytes as string), { weak }) : contentTag(bytes, { weak });
}
