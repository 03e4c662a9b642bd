import type { ConditionalRequest } from "@entity-tag/core";
import { type PlainResponse, withAcceptEncoding } from "@entity-tag/core/adapter";

import { type NodeRequest, type NodeResponse, text } from "../message.ts";
import type { Replacement } from "../transport/replaced-head.ts";
import { sendReplacement } from "../transport/sent-replacement.ts";
import { hasLayersBelow, maskContentHeaders, type Unsent } from "./compressor.ts";

/**
 * The answer that the conditions decide, in the form that the transport sends. `hasLayers`: true if there are layers.
 */
export function inPlace(
  res: NodeResponse,
  request: ConditionalRequest,
  instead: PlainResponse,
  hasLayers: boolean,
  unsent: Unsent,
): Replacement {
  if (hasLayers) maskContentHeaders(res, request, () => res.statusCode === instead.status, unsent);
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
  // The length is not known either. With 0, a compressor codes nothing, unless it codes content of any length.
  const unsent = { type, length: res.getHeader("content-length") ?? 0 };
  sendReplacement(req, res, inPlace(res, request, instead, hasLayersBelow(res), unsent));
}
