import {
  type ConditionalRequest,
  isTransfer,
  keepsInRefusal,
  listIncludes,
  type Policy,
  parseDate,
  parseTag,
  type State,
} from "@entity-tag/core";
import {
  CODINGS,
  earlyResponse,
  keepsFor,
  lastModifiedUpToNow,
  lateResponse,
  type PlainResponse,
  tagOfCoding,
  withCodings,
} from "@entity-tag/core/adapter";

import { type NodeRequest, type NodeResponse, text } from "../message.ts";
import { type DropLimits, lengthOf } from "../transport/dropped-writes.ts";
import type { FirstContent } from "../transport/pending-answer.ts";
import { removeHeadersExcept } from "../transport/replaced-head.ts";
import { replaceMethods } from "../transport/response-methods.ts";
import { hasLayersBelow, maskContentHeaders, removeUnseen, type Unsent, watchCoding } from "./compressor.ts";
import { conditionalRequest, hasCondition, hideFromHandler, type Ranges } from "./conditional-request.ts";
import { ownValidators, takeBackUnwanted } from "./own-validators.ts";
import { inPlace } from "./replacement.ts";
import { awaitedBytes, type Tagging, tagOf } from "./tagging.ts";

/** A range that the representation does not have (§15.5.17). Conditions come before it (§13.2.2). */
const RANGE_NOT_SATISFIABLE = 416;

/** How the answer to a read is judged. */
export interface LateOptions<Req, Res> extends Tagging<Req, Res>, DropLimits, Omit<Policy, "require"> {
  codings?: readonly string[] | undefined;
  keep?: ((fieldName: string) => boolean) | undefined;
  ranges?: Ranges | undefined;
}

/** Judges the answer to a read when its head is due. */
export function judgeLate<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: LateOptions<Req, Res>,
): void {
  const request = conditionalRequest(req);
  hideFromHandler(req, request, options.ranges ?? "unchecked", options.now);
  const seen = conditionalRequest(req);
  const isBelow = hasLayersBelow(res);
  const judged = { ...options, keep: keptInRefusal(res, seen, options.keep) };
  ownValidators(res).isGuarded = true;
  let isReplaced = false;
  const decide = (content: FirstContent) => {
    takeBackUnwanted(seen.method, res.statusCode, res);
    const isAbove = res.writeHead !== writeHead;
    const instead = replacementOf(req, res, seen, judged, content, isAbove, removed);
    const hasLayers = isBelow || isAbove;
    if (hasLayers) watchCoding(res, seen);
    isReplaced = instead !== undefined;
    if (instead !== undefined) return inPlace(res, seen, instead, hasLayers, unsentBy(res, content));
    const keeps = keepsFor(res.statusCode);
    if (keeps && hasLayers) removeUnseen(res, seen, keeps);
    else if (keeps) removeHeadersExcept(res, keeps);
    return undefined;
  };
  replaceMethods(req, res, decide, { ...options, awaitedBytes: () => awaitedBytes(req, res, options) });
  const { writeHead } = res;
  const removed = watchRemovals(res, seen, () => !isReplaced && (isBelow || res.writeHead !== writeHead));
}

/** A compressor takes the length of content that is complete, and codes content of unknown length. */
function unsentBy(res: NodeResponse, { chunk = "", encoding, isWhole }: FirstContent): Unsent {
  const whole = isWhole ? lengthOf(chunk, encoding) : undefined;
  const length = res.getHeader("content-length") ?? whole;
  return { type: res.getHeader("content-type"), length };
}

/** A refusal keeps the fields that outer layers set for any answer. Only these conditions can refuse a read. */
function keptInRefusal(
  res: NodeResponse,
  { headers }: ConditionalRequest,
  keep: ((fieldName: string) => boolean) | undefined,
): ((fieldName: string) => boolean) | undefined {
  if (headers.get("if-match") == null && headers.get("if-unmodified-since") == null) return keep;
  const outer = new Set(res.getHeaderNames().filter(keepsInRefusal));
  return (name) => outer.has(name.toLowerCase()) || keep?.(name) === true;
}

/** The fields that a handler removes before it sends another answer: the validators that it had set. */
type Removed = { [name: string]: string | undefined };

/**
 * A handler that answers 304 or 416 by itself first removes fields, as `send` does. This keeps two kinds of them: a
 * compressor needs the type for its `Vary`, and the conditions are judged by the validators.
 */
function watchRemovals(res: NodeResponse, request: ConditionalRequest, hasLayers: () => boolean): Removed {
  const { removeHeader } = res;
  const removed: Removed = {};
  const removeNoted = (name: string) => {
    const field = name.toLowerCase();
    if (field === "etag" || field === "last-modified") removed[field] = text(res, field) ?? removed[field];
    else if (field === "content-type" && hasLayers() && res.getHeader(field)) {
      const unsent = { type: res.getHeader(field), length: res.getHeader("content-length") ?? 0 };
      maskContentHeaders(res, request, () => keepsFor(res.statusCode) !== undefined, unsent);
    }
    removeHeader.call(res, name);
  };
  res.removeHeader = removeNoted.bind(undefined);
  return removed;
}

/** The replacement of the answer; `undefined`: send the answer itself. */
function replacementOf<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  request: ConditionalRequest,
  options: LateOptions<Req, Res>,
  content: FirstContent,
  isAbove: boolean,
  removed: Removed,
): PlainResponse | undefined {
  const { codings = CODINGS } = options;
  if (res.statusCode === RANGE_NOT_SATISFIABLE)
    return replacementOfRange(res, request, options, codings, removed);
  if (!isTransfer(request.method, res.statusCode)) return undefined;
  const date = lastModifiedUpToNow(text(res, "last-modified"));
  if (date !== undefined) res.setHeader("Last-Modified", date);
  const etag = tagOf(req, res, options, content);
  // A compressor between this layer and the handler has replaced `writeHead`, and codes the body.
  const coding = isAbove ? text(res, "content-encoding") : undefined;
  const coded = etag !== undefined && coding !== undefined ? tagOfCoding(etag, coding) : etag;
  const state = () => withCodings({ etag, lastModified: parseDate(text(res, "last-modified")) }, codings);
  const isJudged = hasCondition(req, req.headers) && !ownValidators(res).alreadyEvaluated;
  const instead = isJudged ? lateResponse(request, state(), options) : undefined;
  if (coded === undefined || coded === etag) return instead;
  if (instead?.body !== undefined) return instead;
  const isHeld = instead && listIncludes(request.headers.get("if-none-match") ?? "", etag!, "strong");
  const isMarked = instead?.fields.some(([name]) => name === "ETag");
  if (!isHeld && !isMarked) res.setHeader("ETag", coded);
  return instead;
}

/** The handler sent a 416 and did not see the conditions, which come first. */
function replacementOfRange(
  res: NodeResponse,
  request: ConditionalRequest,
  policy: Policy,
  codings: readonly string[],
  removed: Removed,
): PlainResponse | undefined {
  const date = text(res, "last-modified") ?? removed["last-modified"];
  const known: State = { etag: parseTag(text(res, "etag") ?? removed.etag), lastModified: parseDate(date) };
  const state = withCodings(known, codings);
  const instead = earlyResponse(request, state, policy);
  // An error page has fields of its own, such as a `Content-Security-Policy`, that no representation has.
  return (
    instead && {
      ...instead,
      keeps: (name) => instead.keeps(name) && !name.toLowerCase().includes("content-"),
    }
  );
}
