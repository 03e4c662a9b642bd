import type { ConditionalRequest } from "@entity-tag/core";
import { type PlainResponse, withAcceptEncoding } from "@entity-tag/core/adapter";
import { beforeHead, type Replacement } from "./before-head.ts";
import { hasLayersBelow, maskContentHeaders } from "./compressor.ts";
import { type NodeRequest, type NodeResponse, text } from "./message.ts";

/**
 * The answer that the conditions decide, as the transport sends it. Layers are shown of what type the 200 would be.
 * `hasLayers`: there are some.
 */
export function inPlace(
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
  hasLayers: boolean,
  type = res.getHeader("content-type"),
): Replacement {
  if (hasLayers) maskContentHeaders(res, request, () => res.statusCode === instead.status, type);
  if (instead.vary === undefined) return instead;
  return { ...instead, fields: [...instead.fields, ["Vary", withAcceptEncoding(text(res, "vary"))]] };
}

/** Sends the answer that the conditions decide before there is one of the handler. */
export function sendInstead(
  req: NodeRequest,
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
): void {
  // Nobody knows yet of which type the 200 would be. One that is coded has the `Vary` that a cache may need.
  const type = res.getHeader("content-type") ?? "text/plain";
  const replacement = inPlace(res, request, instead, hasLayersBelow(res), type);
  beforeHead(req, res, () => replacement);
  res.end();
}
