import { type EntityTag, isTransfer, parseTag } from "@entity-tag/core";
import { DEFAULT_MAX_BYTES, isEventStream, madeTag, mayBeTagged } from "@entity-tag/core/adapter";
import type { FirstContent } from "../before-head.ts";
import { contentTag } from "../content-tag.ts";
import { type NodeRequest, type NodeResponse, text } from "../message.ts";
import { addValidator } from "./own-validators.ts";

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, because a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** A replacement for `contentTag`. */
  contentTag?: ((bytes: Uint8Array, options: { weak: boolean }) => EntityTag) | undefined;
}

/** How an answer without a tag gets one. */
export interface Tagging<Req, Res> {
  /**
   * How a 2xx answer to GET without a tag gets one. Default: weak, from its content. `false`: not at all. A
   * function is not called for a partial answer, nor for an answer to HEAD whose handler writes no content.
   */
  tag?: ContentTagging | ((res: Res, req: Req) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag. A longer one is sent untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

/** The length up to which the head waits for content, so that a tag can be made from it. */
export function awaitedBytes<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  { tag = {}, maxBytes = DEFAULT_MAX_BYTES }: Tagging<Req, Res>,
): number {
  const lacksTag = typeof tag === "object" && res.getHeader("etag") === undefined;
  const method = req.method ?? "";
  const isTagged = isTransfer(method, res.statusCode) && mayBeTagged(method, res.statusCode);
  return lacksTag && isTagged && !isEventStream(text(res, "content-type")) ? maxBytes : 0;
}

/** The tag of the answer: its own, or a new one, which is added to it. */
export function tagOf<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  { tag = {}, maxBytes = DEFAULT_MAX_BYTES }: Tagging<Req, Res>,
  content: FirstContent,
): EntityTag | undefined {
  const own = text(res, "etag");
  if (own !== undefined) return parseTag(own);
  if (tag === false || !mayBeTagged(req.method ?? "", res.statusCode, content.chunk !== undefined)) {
    return undefined;
  }
  const made = typeof tag === "function" ? tag(res, req) : tagOfContent(res, content, tag, maxBytes);
  if (made === undefined) return undefined;
  if (typeof tag === "function" || tag.contentTag) madeTag(made);
  addValidator(res, "ETag", made);
  return made;
}

function tagOfContent(
  res: NodeResponse,
  { chunk, encoding, isWhole }: FirstContent,
  { weak = true, contentTag: make }: ContentTagging,
  maxBytes: number,
): EntityTag | undefined {
  if (!isWhole || chunk === undefined || isEventStream(text(res, "content-type"))) return undefined;
  const isCoded = typeof chunk === "string" && encoding !== undefined && encoding !== "utf8";
  const bytes = isCoded ? Buffer.from(chunk, encoding) : chunk;
  const announced = res.getHeader("content-length");
  // A character has at most three bytes, so a short text need not be measured.
  if (announced !== undefined || bytes.length * 3 > maxBytes) {
    const size = Buffer.byteLength(bytes);
    // A body of another length than announced is broken.
    if (size > maxBytes || size !== Number(announced ?? size)) return undefined;
  }
  return make ? make(Buffer.from(bytes as string), { weak }) : contentTag(bytes, { weak });
}
