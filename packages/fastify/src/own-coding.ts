import { type ConditionalRequest, listIncludes, parseTag } from "@entity-tag/core";
import { keepsFor, tagOfCoding } from "@entity-tag/core/adapter";
import { beforeHead, type NodeRequest, type NodeResponse } from "@entity-tag/node/before-head";

/**
 * Gives the answer the tag of the coding that its body has when its head is sent. A compressor before or after this
 * package codes the body, and leaves a strong tag unchanged.
 *
 * @see RFC 9110 §8.8.3.3
 */
export function markCoding(req: NodeRequest, res: NodeResponse, { headers }: ConditionalRequest): void {
  beforeHead(req, res, () => {
    const coding = res.getHeader("content-encoding");
    const etag = parseTag(res.getHeader("etag")?.toString());
    if (coding === undefined || etag === undefined) return;
    const isHeld = keepsFor(res.statusCode) && listIncludes(headers.get("if-none-match") ?? "", etag, "weak");
    if (!isHeld) res.setHeader("ETag", tagOfCoding(etag, String(coding)));
  });
}
