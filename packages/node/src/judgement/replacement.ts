import type { ConditionalRequest } from "@entity-tag/core";
import { type PlainResponse, withAcceptEncoding } from "@entity-tag/core/adapter";

import { type NodeRequest, type NodeResponse, text } from "../message.ts";
import { type Replacement, replaceHead } from "../transport/replaced-head.ts";
import { replaceMethods } from "../transport/response-methods.ts";
import { hasLayersBelow, maskContentHeaders, type Unsent } from "./compressor.ts";

/** The answer that the conditions decide, in the form that the transport sends. `hasLayers`: true if there are layers. */
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
  const replacement = inPlace(res, request, instead, hasLayersBelow(res), unsent);
  res.on("error", ignoreLateWrites);
  if (isOfNodeAlone(req, res)) sendAtOnce(req, res, replacement);
  else {
    replaceMethods(req, res, () => replacement, {});
    res.end();
  }
}

/**
 * A handler that ignores the result of `checkPreconditions` writes after the end. Node emits an error for that, and an
 * error without a listener ends the process.
 */
function ignoreLateWrites(): void {}

/** True when no layer has replaced a method, so that nothing can change the answer on its way. */
function isOfNodeAlone({ httpVersionMajor }: NodeRequest, res: NodeResponse): boolean {
  const isReplaced = ["writeHead", "write", "end"].some((name) => Object.hasOwn(res, name));
  return httpVersionMajor === 1 && !res.headersSent && !isReplaced;
}

/** Sends what the transport would send, and costs less. */
function sendAtOnce({ method }: NodeRequest, res: NodeResponse, replacement: Replacement): void {
  const { status, body } = replacement;
  replaceHead(res, replacement);
  res.writeHead(status);
  // Bytes, because Node would write the head in the encoding of a text that comes with it.
  res.end(method === "HEAD" || body === undefined ? undefined : Buffer.from(body));
}
