import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  type ConditionalRequest,
  type Current,
  contentTag,
  type EntityTag,
  isRead,
  isTransfer,
  type Policy,
  parseTag,
  validatorFields,
} from "@entity-tag/core";
import {
  anyFunction,
  CODINGS,
  checkedState,
  checkOptions,
  earlyResponse,
  headersOf,
  isEventStream,
  isRangeHidden,
  isResponse,
  LATE_RULES,
  lateResponse,
  madeTag,
  mayBeTagged,
  oneOf,
  type PlainResponse,
  stateOfAnswer,
  tagOfCodedAnswer,
  tagWithoutCoding,
  withAcceptEncoding,
  withCodings,
} from "@entity-tag/core/adapter";
import { beforeHead } from "@entity-tag/node/before-head";
import type { Context, Middleware } from "koa";
import { answerWith } from "./given-response.ts";

/** What `current` may return. */
type Given = Current | Response | undefined;

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, because a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** A replacement for `contentTag`. */
  contentTag?:
    | ((bytes: Uint8Array, options: { weak: boolean }) => EntityTag | Promise<EntityTag>)
    | undefined;
}

/** The options of {@link conditional}. */
export interface ConditionalOptions extends Policy {
  /**
   * The state to judge against, before the handler. `null`: the resource does not exist; `{}`: it has no validator;
   * `undefined`: the path is not one of yours. A `Response` (401, 403, a redirect) is the answer, and nothing is judged.
   */
  current?: ((ctx: Context) => Given | Promise<Given>) | undefined;
  /** How a 2xx answer to GET without a tag gets one. Default: weak, from its content. `false`: not at all. */
  tag?: ContentTagging | ((ctx: Context) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag. A longer one is sent untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
  /** The codings whose tags name the same version. Default: gzip, deflate, br and zstd. `[]`: no coding. */
  codings?: readonly string[] | undefined;
  /** Which fields of an answer its refusal keeps, besides CORS, cookies and the like. */
  keep?: ((fieldName: string) => boolean) | undefined;
  /**
   * Whether handlers check `If-Range` before they honour `Range`. Default: `"unchecked"`: `Range` is hidden from
   * them.
   */
  ranges?: "checked" | "unchecked" | undefined;
}

const RULES = { ...LATE_RULES, current: anyFunction(), ranges: oneOf("checked", "unchecked") };
const MAX_BYTES = 1_048_576;
/** A range that the representation does not have (§15.5.17). Conditions come before it (§13.2.2). */
const RANGE_NOT_SATISFIABLE = 416;

/**
 * Koa middleware that obeys the conditions of each request.
 *
 * With `current`, every method is judged before the handler runs, and a 2xx read gets the validators that it lacks.
 * Without `current`, only GET, HEAD and QUERY are judged, by the tag and date of their 2xx answer. The middleware
 * refuses early; the write itself must be conditional on the version that was judged. Fields that outer middleware sets
 * are on every answer.
 *
 * @throws {TypeError} at once on an option that is not valid, and on `require` without `current`
 * @example
 * const app = new Koa().use(conditional({ current: () => ({ etag: versionTag(page.version) }), require: true }));
 * @see RFC 9110 §13.2
 */
export function conditional(options: ConditionalOptions = {}, ...wrong: unknown[]): Middleware {
  if (wrong.length > 0) {
    throw new TypeError(
      "Cannot use `conditional` as middleware itself: use what it returns, as in app.use(conditional())",
    );
  }
  checkOptions(options, RULES, "conditional()");
  const { current, codings = CODINGS } = options;
  if (current === undefined && options.require) {
    throw new TypeError("Cannot require conditions without `current`: a write is judged before the handler");
  }
  return async (ctx, next) => {
    const request = { method: ctx.method, headers: headersOf(ctx.req.headers, ctx.req.rawHeaders) };
    const it: Asked = { request, isInCompressor: hasAcceptEncoding(ctx) };
    const given = current && (await current(ctx));
    if (isResponse(given)) return answerWith(ctx, given);
    const state = given === undefined ? undefined : withCodings(checkedState(given), codings);
    const early = state === undefined ? undefined : earlyResponse(request, state, options);
    if (early !== undefined) {
      replace(ctx, early);
      if (early.status === 304 && hasCompressor(ctx)) addAcceptEncoding(ctx);
      return;
    }
    if (isRead(request.method)) {
      markCoding(ctx, it);
      if (isRangeHidden(request, state, options.ranges, options.now)) delete ctx.req.headers.range;
    }
    await next();
    if (state === undefined && ctx.status === RANGE_NOT_SATISFIABLE)
      return judgeRange(ctx, request, options, codings);
    if (!isTransfer(request.method, ctx.status)) return;
    for (const [name, value] of validatorFields(state ?? null))
      if (!ctx.response.get(name)) ctx.set(name, value);
    if (state !== undefined && validatorFields(state).length > 0) return;
    await judgeLate(ctx, it, options, codings);
  };
}

/** A request as it came. */
interface Asked {
  readonly request: ConditionalRequest;
  /** True when a compressor is in front, which has already set `Vary`. */
  readonly isInCompressor: boolean;
  /** A 304 that waits for the compressor. Its tag depends on whether the compressor would code the 200. */
  delayed?: PlainResponse | undefined;
}

/**
 * koa-compress sets `Vary` on every answer that passes it. A 304 that is made before the handler runs does not pass a
 * compressor that is inside this middleware.
 */
function hasCompressor({ app }: Context): boolean {
  return app.middleware.some((each) => "preferredEncodings" in each);
}

function addAcceptEncoding(ctx: Context): void {
  ctx.set("Vary", withAcceptEncoding(ctx.response.get("Vary")));
}

function hasAcceptEncoding({ response }: Context): boolean {
  const vary = response.get("Vary");
  return vary !== "" && withAcceptEncoding(vary) === vary;
}

/** Gives the answer the tag of the coding that a compressor, before or after this package, gives its body. */
function markCoding({ req, res }: Context, it: Asked): void {
  beforeHead(req, res, () => {
    const coding = res.getHeader("content-encoding");
    const etag = parseTag(res.getHeader("etag")?.toString());
    // Its 200 may have become another answer since, such as an error page.
    const delayed = isTransfer(it.request.method, res.statusCode) ? it.delayed : undefined;
    if (coding !== undefined && etag !== undefined) {
      const status = delayed?.status ?? res.statusCode;
      res.setHeader("ETag", tagOfCodedAnswer(it.request, status, etag, String(coding)));
    }
    return delayed;
  });
}

async function judgeLate(
  ctx: Context,
  it: Asked,
  options: ConditionalOptions,
  codings: readonly string[],
): Promise<void> {
  const { request } = it;
  const etag = await tagOf(ctx, options);
  const late = lateResponse(request, stateOf(ctx, codings), options);
  if (late === undefined) return;
  if (late.status === 304 && etag !== undefined) {
    const coding = ctx.response.get("Content-Encoding");
    if (coding) ctx.set("ETag", tagOfCodedAnswer(request, 304, etag, coding));
    else if (it.isInCompressor && late.vary === undefined && tagWithoutCoding(304, request, etag) !== etag) {
      it.delayed = late;
      return;
    }
  }
  replace(ctx, late);
}

/** The handler sent a 416 and did not check the conditions, which come first. */
function judgeRange(
  ctx: Context,
  request: ConditionalRequest,
  options: ConditionalOptions,
  codings: readonly string[],
): void {
  if (!isRead(request.method)) return;
  const late = lateResponse(request, stateOf(ctx, codings), options);
  if (late !== undefined) replace(ctx, late);
}

function stateOf({ response }: Context, codings: readonly string[]): Current {
  return stateOfAnswer((name) => response.get(name), codings);
}

/** The tag of the answer: its own, or a new one, which is added to it. */
async function tagOf(ctx: Context, { tag = {}, maxBytes = MAX_BYTES }: ConditionalOptions) {
  const own = ctx.response.get("ETag");
  if (own) return parseTag(own);
  if (tag === false || !mayBeTagged(ctx.method, ctx.status, ctx.body != null)) return undefined;
  const made = typeof tag === "function" ? tag(ctx) : await tagOfContent(ctx, tag, maxBytes);
  if (made !== undefined) ctx.set("ETag", madeTag(made));
  return made;
}

async function tagOfContent(
  ctx: Context,
  { weak = true, contentTag: make }: ContentTagging,
  maxBytes: number,
): Promise<EntityTag | undefined> {
  if (isEventStream(ctx.response.get("Content-Type"))) return undefined;
  const { body } = ctx;
  // A stream with a known length is read completely, so that its tag does not depend on timing.
  const length = ctx.response.length ?? Number.NaN;
  const isAwaited = body instanceof Readable && length > 0 && length <= maxBytes;
  if (isAwaited) ctx.body = await buffer(body);
  const content = isAwaited || typeof body === "string" || Buffer.isBuffer(body) ? ctx.body : jsonOf(body);
  if (content === undefined || Buffer.byteLength(content as string | Buffer) > maxBytes) return undefined;
  return make ? make(Buffer.from(content as string), { weak }) : contentTag(content as string, { weak });
}

/** Koa writes other objects as JSON. */
function jsonOf(body: unknown): string | undefined {
  const isJson = typeof body === "object" && body !== null && !("pipe" in body || "getReader" in body);
  return isJson && !(body instanceof Blob) && !(body instanceof Response) ? JSON.stringify(body) : undefined;
}

/** Makes the answer that the conditions decide. It passes outer middleware, as every answer does. */
function replace(ctx: Context, { status, fields, body, keeps, vary }: PlainResponse): void {
  const old = ctx.body;
  for (const [name, value] of Object.entries(ctx.response.headers)) {
    if (!keeps(name, String(value))) ctx.remove(name);
  }
  ctx.status = status;
  ctx.body = body ?? null;
  for (const [name, value] of fields) ctx.set(name, value);
  if (vary !== undefined) addAcceptEncoding(ctx);
  if (old instanceof Readable) old.destroy();
}
