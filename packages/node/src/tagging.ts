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
  /** How a 2xx answer to GET gets the tag that it lacks. Default: weak, from its content. `false`: not at all. */
  tag?: ContentTagging | ((res: Res, req: Req) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag; a longer one goes untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
}

/** Whether the answer lacks a tag that its content can give it. */
export function needsBody(req: NodeRequest, res: NodeResponse, tag: unknown = {}): tag is ContentTagging {
  return typeof tag === "object" && lacksTag(req, res) && res.statusCode !== 206;
}

/** As core does, leaves an answer to QUERY without a tag of ours. */
function lacksTag({ method }: NodeRequest, res: NodeResponse): boolean {
  return method !== "QUERY" && res.getHeader("etag") === undefined;
}

/** Adds the tag that the answer lacks. `body`: the whole of it, if it is there. */
export function addTag<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: Tagging<Req, Res>,
  body: unknown,
  encoding: unknown,
): void {
  const { tag = {}, maxBytes = 1_048_576 } = options;
  let made: EntityTag | undefined;
  if (needsBody(req, res, tag)) made = tagOf(body, encoding, tag, maxBytes);
  else if (typeof tag === "function" && lacksTag(req, res)) made = tag(res, req);
  if (made === undefined) return;
  if (parseTag(made) === made) res.setHeader("ETag", made);
  else
    throw new TypeError(
      `\`tag\` gave ${JSON.stringify(made)}, no entity tag: make one with strong() or weak()`,
    );
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
