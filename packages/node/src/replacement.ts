import type { ConditionalRequest } from "@entity-tag/core";
import type { PlainResponse } from "@entity-tag/core/adapter";
import { beforeHead } from "./before-head.ts";
import { hasLayersBelow, maskContentHeaders } from "./compressor.ts";
import type { NodeRequest, NodeResponse } from "./message.ts";

/** Prepares a response for the answer that its conditions settle. Layers are to see of what type the 200 would be. */
export function inPlace(
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
  type = res.getHeader("content-type"),
): PlainResponse {
  maskContentHeaders(res, request, () => res.statusCode === instead.status, type);
  return instead;
}

/** Sends the answer that the conditions settle before there is one of the handler. */
export function sendInstead(
  req: NodeRequest,
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
): void {
  // Nobody knows yet of which type the 200 would be. One that is coded has the `Vary` that a cache may need.
  const type = res.getHeader("content-type") ?? "text/plain";
  if (hasLayersBelow(res)) inPlace(res, request, instead, type);
  beforeHead(req, res, () => instead);
  res.end();
}
