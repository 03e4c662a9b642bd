import { Readable } from "node:stream";
import {
  type ConditionalRequest,
  type Current,
  contentTag,
  type EntityTag,
  isRead,
  isTransfer,
  parseTag,
  validatorFields,
} from "@entity-tag/core";
import {
  CODINGS,
  DEFAULT_MAX_BYTES,
  earlyResponse,
  headersOf,
  isEventStream,
  isRangeHidden,
  lastModifiedUpToNow,
  lateResponse,
  madeTag,
  mayBeTagged,
  type PlainResponse,
  stateOfAnswer,
  tagOfCodedAnswer,
  tagWithoutCoding,
} from "@entity-tag/core/adapter";
import { beforeHead } from "../before-head.ts";
import type { NodeRequest, NodeResponse } from "../message.ts";
import { readAnnounced } from "./announced-content.ts";
import { type FrameworkAnswer, isNotModified, replace } from "./answer.ts";
import type { ContentTagging, FrameworkOptions } from "./options.ts";

/** A range that the representation does not have (§15.5.17). Conditions come before it (§13.2.2). */
const RANGE_NOT_SATISFIABLE = 416;

/** A request as it came. */
export interface FrameworkRequest {
  readonly request: ConditionalRequest;
  readonly res: NodeResponse;
  /** True when a compressor may code the answer after it was judged. */
  readonly isCodedLater: boolean;
  /** A 304 that waits for the compressor. Its tag depends on whether the compressor would code the 200. */
  delayed?: PlainResponse | undefined;
}

/**
 * A request as it came. A read prepares its answer: if a compressor, before or after this package, codes the content,
 * the answer gets the tag of that coding.
 *
 * @example
 * createServer((req, res) => {
 *   const asked = frameworkRequest(req, res, false);
 *   res.end(asked.request.method);
 * });
 * @see RFC 9110 §8.8.3.3
 */
export function frameworkRequest(
  req: NodeRequest,
  res: NodeResponse,
  isCodedLater: boolean,
): FrameworkRequest {
  const request = { method: req.method ?? "", headers: headersOf(req.headers, req.rawHeaders) };
  const asked: FrameworkRequest = { request, res, isCodedLater };
  if (isRead(request.method)) markCoding(req, res, asked);
  return asked;
}

function markCoding(req: NodeRequest, res: NodeResponse, asked: FrameworkRequest): void {
  beforeHead(req, res, () => {
    const coding = res.getHeader("content-encoding");
    const etag = parseTag(res.getHeader("etag")?.toString());
    // The answer that was judged may have become another one since, such as an error page.
    const delayed = isTransfer(asked.request.method, res.statusCode) ? asked.delayed : undefined;
    if (coding !== undefined && etag !== undefined) {
      const status = delayed?.status ?? res.statusCode;
      res.setHeader("ETag", tagOfCodedAnswer(asked.request, status, etag, String(coding)));
    }
    return delayed;
  });
}

/**
 * Judges a request before its handler runs. True: the answer is now a 304 or a refusal, and the handler must not run.
 * Otherwise `Range` may be removed from `req.headers`, so that the handler sends the whole content.
 *
 * `state`: `undefined` if it is not known before the handler runs.
 *
 * @throws {TypeError} if a tag or a time in `state` is not valid
 * @example
 * const asked = frameworkRequest(req, res, false);
 * if (!judgeEarly(asked, req, { etag: '"v1"' }, answer, {})) await next();
 * @see RFC 9110 §13.2.2
 */
export function judgeEarly<Reply>(
  { request }: FrameworkRequest,
  req: NodeRequest,
  state: Current | undefined,
  answer: FrameworkAnswer<Reply>,
  options: FrameworkOptions<Reply>,
): boolean {
  const early = state === undefined ? undefined : earlyResponse(request, state, options);
  if (early !== undefined) replace(answer, early);
  else if (isRangeHidden(request, state, options.ranges, options.now)) delete req.headers.range;
  return early !== undefined;
}

/**
 * Judges the answer to a read before it is sent, and adds the validators that it lacks. True: it is now another answer.
 *
 * `state`: as it was given to {@link judgeEarly}.
 *
 * @throws {TypeError} if the option `tag` made a tag that is not valid
 * @example
 * await next();
 * await judgeLate(asked, undefined, answer, {});
 * @see RFC 9110 §13.2.1
 */
export async function judgeLate<Reply>(
  asked: FrameworkRequest,
  state: Current | undefined,
  answer: FrameworkAnswer<Reply>,
  options: FrameworkOptions<Reply>,
): Promise<boolean> {
  const { request, res } = asked;
  // The handler has sent the head itself. Without its content, that answer would be another one.
  if (res.headersSent) return false;
  // A handler that knows no conditions refused the range, but the conditions come first.
  const isRangeRefused = state === undefined && answer.status === RANGE_NOT_SATISFIABLE;
  if (isRangeRefused && isRead(request.method)) return replaceIfDecided(asked, answer, options);
  if (!isTransfer(request.method, answer.status)) return false;

  const date = lastModifiedUpToNow(answer.get("Last-Modified"));
  if (date !== undefined) answer.set("Last-Modified", date);
  const validators = validatorFields(state ?? null);
  for (const [name, value] of validators) if (answer.get(name) === undefined) answer.set(name, value);
  if (validators.length > 0) return false;
  return replaceIfDecided(asked, answer, options, await tagOf(asked, answer, options));
}

function replaceIfDecided<Reply>(
  asked: FrameworkRequest,
  answer: FrameworkAnswer<Reply>,
  options: FrameworkOptions<Reply>,
  etag?: EntityTag,
): boolean {
  const { request } = asked;
  const state = stateOfAnswer((name) => answer.get(name), options.codings ?? CODINGS);
  const late = lateResponse(request, state, options);
  if (late === undefined) return false;
  if (isNotModified(late) && etag !== undefined) {
    const coding = answer.get("Content-Encoding");
    if (coding) answer.set("ETag", tagOfCodedAnswer(request, late.status, etag, coding));
    else if (dependsOnCompressor(asked, late, etag)) {
      asked.delayed = late;
      return false;
    }
  }
  replace(answer, late);
  return true;
}

/** True for a 304 to the tag of a coding. It is right only if the compressor, which comes later, uses that coding. */
function dependsOnCompressor(
  { request, isCodedLater }: FrameworkRequest,
  { status, vary }: PlainResponse,
  etag: EntityTag,
): boolean {
  return isCodedLater && vary === undefined && tagWithoutCoding(status, request, etag) !== etag;
}

/** The tag of the answer: its own, or a new one, which is added to it. */
async function tagOf<Reply>(
  { request, res }: FrameworkRequest,
  answer: FrameworkAnswer<Reply>,
  { tag = {}, maxBytes = DEFAULT_MAX_BYTES }: FrameworkOptions<Reply>,
): Promise<EntityTag | undefined> {
  const own = answer.get("ETag");
  if (own !== undefined) return parseTag(own);
  if (tag === false || !mayBeTagged(request.method, answer.status, answer.hasContent())) return undefined;
  const made = typeof tag === "function" ? tag(answer.reply) : await tagOfContent(answer, res, tag, maxBytes);
  if (made !== undefined) answer.set("ETag", madeTag(made));
  return made;
}

async function tagOfContent(
  answer: FrameworkAnswer<unknown>,
  res: NodeResponse,
  { weak = true, contentTag: make }: ContentTagging,
  maxBytes: number,
): Promise<EntityTag | undefined> {
  if (isEventStream(answer.get("Content-Type"))) return undefined;
  let content = answer.content();
  const announced = answer.get("Content-Length");
  const length = Number(announced);
  if (content instanceof Readable && length > 0 && length <= maxBytes) {
    const read = await readAnnounced(content, length, res);
    if (read !== content) {
      answer.setContent(read);
      // Koa forgets it when the content changes.
      answer.set("Content-Length", announced!);
    }
    content = read;
  }
  if (typeof content !== "string" && !Buffer.isBuffer(content)) return undefined;
  const size = Buffer.byteLength(content);
  if (size > maxBytes || (announced !== undefined && size !== length)) return undefined;
  return make ? make(Buffer.from(content as string), { weak }) : contentTag(content, { weak });
}
