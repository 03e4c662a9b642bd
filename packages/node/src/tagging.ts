import type { EntityTag } from "@entity-tag/core";
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
  /** How a 2xx answer to GET gets the tag that it lacks. Default: weak, from its content. `false`: not at all. */
  tag?: ContentTagging | ((res: Res, req: Req) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag; a longer one goes untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

/** Whether the answer lacks a tag that its content can give it. */
export function needsBody(
  { method }: NodeRequest,
  res: NodeResponse,
  tag: unknown = {},
): tag is ContentTagging {
  const { statusCode } = res;
  const hasContent = method !== "QUERY" && statusCode !== 204 && statusCode !== 205 && statusCode !== 206;
  return hasContent && typeof tag === "object" && res.getHeader("ETag") === undefined;
}

/** The tag that the answer lacks. `body`: the whole of it, if it is there. */
export function missingTag<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  { tag = {}, maxBytes = 1_048_576 }: Tagging<Req, Res>,
  body: unknown,
  encoding: unknown,
): EntityTag | undefined {
  if (typeof tag === "function") return res.getHeader("ETag") === undefined ? tag(res, req) : undefined;
  if (!needsBody(req, res, tag) || !(typeof body === "string" || body instanceof Uint8Array))
    return undefined;
  const bytes = typeof body === "string" ? Buffer.from(body, encoding as BufferEncoding) : body;
  if (bytes.byteLength > maxBytes) return undefined;
  return (tag.contentTag ?? contentTag)(bytes, { weak: tag.weak ?? true });
}
