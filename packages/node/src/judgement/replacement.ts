import type { ConditionalRequest } from "@entity-tag/core";
import { type PlainResponse, withAcceptEncoding } from "@entity-tag/core/adapter";

import { type NodeRequest, type NodeResponse, text } from "../message.ts";
import type { Replacement } from "../transport/replaced-head.ts";
import { replaceMethods } from "../transport/response-methods.ts";
import { hasLayersBelow, maskContentHeaders } from "./compressor.ts";

/**
 * The answer that the conditions decide, in the form that the transport sends. Layers see the type of the 200.
 * `hasLayers`: true if there are layers.
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

/** Sends the answer that the conditions decide before the handler has one. */
export function sendInstead(
  req: NodeRequest,
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
): void {
  // The type of the 200 is not known yet. A type that is coded gets the `Vary` that a cache may need.
  const type = res.getHeader("content-type") ?? "text/plain";
  const replacement = inPlace(res, request, instead, hasLayersBelow(res), type);
  replaceMethods(req, res, () => replacement, {});
  res.end();
}
