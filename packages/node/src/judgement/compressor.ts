import { ServerResponse } from "node:http";
import { type ConditionalRequest, parseTag } from "@entity-tag/core";
import { type PlainResponse, tagOfCodedAnswer, tagWithoutCoding } from "@entity-tag/core/adapter";
import { type NodeResponse, text } from "../message.ts";

/**
 * True when a layer nearer to the wire replaced `writeHead`, or the server's own class of responses did: it may code
 * the body when the head passes it.
 */
export function hasLayersBelow(res: NodeResponse): boolean {
  if (res instanceof ServerResponse) return res.writeHead !== ServerResponse.prototype.writeHead;
  return Object.hasOwn(res, "writeHead");
}

/**
 * Gives the answer the tag of the coding of its body, because a strong tag must not name two sequences of bytes
 * (§8.8.3.3).
 */
export function markCoding(res: NodeResponse, request: ConditionalRequest, coding: string): void {
  const etag = parseTag(text(res, "etag"));
  if (etag === undefined) return;
  const coded = tagOfCodedAnswer(request, res.statusCode, etag, coding);
  if (coded !== etag) res.setHeader("ETag", coded);
}

/** Notes the coding that a layer sets while the head passes it. */
export function watchCoding(res: NodeResponse, request: ConditionalRequest): void {
  const { setHeader } = res;
  const watched: typeof setHeader = (name, value) => {
    setHeader.call(res, name, value);
    if (name.toLowerCase() === "content-encoding") markCoding(res, request, String(value));
    return res;
  };
  res.setHeader = watched.bind(undefined);
}

/** The fields of the 200 that a compressor reads to decide whether to code it. */
export interface Unsent {
  readonly type: ReturnType<NodeResponse["getHeader"]>;
  /** `undefined`: the content has no known length. */
  readonly length: ReturnType<NodeResponse["getHeader"]>;
}

/**
 * Shows layers the type and the length of the 200 and a coding, although a 304 or a refusal has none of them. Then a
 * compressor adds to a 304 only the `Vary` of the 200, and does not code a refusal.
 */
export function maskContentHeaders(
  res: NodeResponse,
  request: ConditionalRequest,
  isMasked: () => boolean,
  unsent: Unsent,
): void {
  const { getHeader } = res;
  const masked: typeof getHeader = (name) => {
    const field = !res.headersSent && isMasked() ? name.toLowerCase() : "";
    if (field === "content-type") return unsent.type;
    if (field === "content-length") return unsent.length;
    if (field !== "content-encoding") return getHeader.call(res, name);
    markUncoded(res, request);
    return "none";
  };
  res.getHeader = masked.bind(undefined);
}

/** A layer that reads `Content-Encoding` would code the 200 if the client accepts that. */
function markUncoded(res: NodeResponse, request: ConditionalRequest): void {
  const tag = parseTag(text(res, "etag"));
  if (tag !== undefined) res.setHeader("ETag", tagWithoutCoding(res.statusCode, request, tag));
}

/**
 * Removes the fields that the handler's own 304 may not have. Layers can still read these fields. If a layer sets
 * one of them, it is not sent. So a compressor treats the handler's writes as it would without this package.
 */
export function removeUnseen(
  res: NodeResponse,
  request: ConditionalRequest,
  keeps: PlainResponse["keeps"],
): void {
  const { getHeader, setHeader, statusCode } = res;
  const unseen = new Map<string, Parameters<NodeResponse["setHeader"]>[1]>();
  for (const name of res.getHeaderNames()) {
    const value = res.getHeader(name)!;
    if (keeps(name, String(value))) continue;
    unseen.set(name.toLowerCase(), value);
    res.removeHeader(name);
  }
  const isHeadDue = () => !res.headersSent && res.statusCode === statusCode;
  const getUnseen: typeof getHeader = (name) => {
    const field = isHeadDue() ? name.toLowerCase() : "";
    if (field === "content-encoding") markUncoded(res, request);
    return (unseen.get(field) as ReturnType<typeof getHeader>) ?? getHeader.call(res, name);
  };
  const setUnseen: typeof setHeader = (name, value) => {
    if (isHeadDue() && !keeps(name, String(value))) unseen.set(name.toLowerCase(), value);
    else setHeader.call(res, name, value);
    return res;
  };
  res.getHeader = getUnseen.bind(undefined);
  res.setHeader = setUnseen.bind(undefined);
}
