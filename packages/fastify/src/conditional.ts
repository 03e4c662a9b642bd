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
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import plugin from "fastify-plugin";
import { contentOf } from "./given-response.ts";

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
   * `undefined`: the route is not one of yours. A `Response` (401, 403, a redirect) is the answer, and nothing is judged.
   */
  current?: ((request: FastifyRequest, reply: FastifyReply) => Given | Promise<Given>) | undefined;
  /** How a 2xx answer to GET without a tag gets one. Default: weak, from its content. `false`: not at all. */
  tag?: ContentTagging | ((reply: FastifyReply) => EntityTag | undefined) | false | undefined;
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

/** A request as it came, and its state if that is known. */
interface Asked {
  readonly request: ConditionalRequest;
  state?: Current | undefined;
  isReplaced?: boolean;
  /** A 304 that waits for the compressor. Its tag depends on whether the compressor would code the 200. */
  delayed?: PlainResponse | undefined;
}

async function addHooks(app: FastifyInstance, options: ConditionalOptions): Promise<void> {
  if (options === undefined) {
    throw new TypeError(
      "Cannot call `conditional` itself: it is a plugin, as in app.register(conditional, options)",
    );
  }
  const { current, codings = CODINGS, ...rest } = options;
  checkOptions(options, RULES, "conditional");
  if (current === undefined && rest.require) {
    throw new TypeError("Cannot require conditions without `current`: a write is judged before the handler");
  }
  const asked = new WeakMap<FastifyRequest, Asked>();

  app.addHook("onRequest", async (request, reply) => {
    const headers = headersOf(request.headers, request.raw.rawHeaders);
    const it: Asked = { request: { method: request.method, headers } };
    asked.set(request, it);
    if (isRead(request.method)) markCoding(request, reply, it);
    if (current === undefined) hideRange(request, it, options);
  });

  // A route that does not exist has no state.
  if (current) {
    app.addHook("preHandler", async (request, reply) => {
      const it = asked.get(request);
      if (it === undefined || request.is404) return;
      const state = await current(request, reply);
      if (state === undefined || reply.sent) return;
      if (isResponse(state)) {
        it.isReplaced = true;
        return reply.send(contentOf(reply, state));
      }
      it.state = withCodings(checkedState(state), codings);
      const early = earlyResponse(it.request, it.state, options);
      if (early === undefined) return hideRange(request, it, options);
      it.isReplaced = true;
      replace(reply, early);
      return reply.send(sent(it.request, early));
    });
  }

  app.addHook("onSend", async (request, reply, content) => {
    const it = asked.get(request);
    const payload = isResponse(content) ? (contentOf(reply, content) ?? null) : content;
    if (it === undefined || it.isReplaced) return payload;
    if (it.state === undefined && reply.statusCode === RANGE_NOT_SATISFIABLE) {
      return judgeRange(it.request, reply, payload, { ...options, codings });
    }
    if (!isTransfer(request.method, reply.statusCode)) return payload;
    const validators = validatorFields(it.state ?? null);
    for (const [name, value] of validators) if (!reply.hasHeader(name)) reply.header(name, value);
    return validators.length > 0 ? payload : judgeLate(it, reply, payload, { ...options, codings });
  });
}

/**
 * Hides the `Range` when `If-Range` fails, or when the handler might not check it, so that the whole content is sent.
 */
function hideRange(
  { headers }: FastifyRequest,
  { request, state }: Asked,
  { ranges, now }: ConditionalOptions,
): void {
  if (isRangeHidden(request, state, ranges, now)) delete headers.range;
}

/** Gives the answer the tag of the coding that a compressor, before or after this package, gives its body. */
function markCoding({ raw: req }: FastifyRequest, { raw: res }: FastifyReply, it: Asked): void {
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
  it: Asked,
  reply: FastifyReply,
  payload: unknown,
  options: ConditionalOptions,
): Promise<unknown> {
  const { request } = it;
  const [etag, content] = await tagged(request, reply, payload, options);
  const late = lateResponse(request, stateOf(reply, options.codings), options);
  if (late === undefined) return content;
  if (late.status === 304 && etag !== undefined) {
    const coding = reply.getHeader("content-encoding")?.toString();
    if (coding) reply.header("ETag", tagOfCodedAnswer(request, 304, etag, coding));
    else if (
      "compress" in reply &&
      late.vary === undefined &&
      tagWithoutCoding(304, request, etag) !== etag
    ) {
      it.delayed = late;
      return content;
    }
  }
  replace(reply, late);
  if (content instanceof Readable) content.destroy();
  return sent(request, late) ?? null;
}

/** The handler sent a 416 and did not check the conditions, which come first. */
function judgeRange(
  request: ConditionalRequest,
  reply: FastifyReply,
  payload: unknown,
  options: ConditionalOptions,
): unknown {
  if (!isRead(request.method)) return payload;
  const late = lateResponse(request, stateOf(reply, options.codings), options);
  if (late === undefined) return payload;
  replace(reply, late);
  if (payload instanceof Readable) payload.destroy();
  return sent(request, late) ?? null;
}

function stateOf(reply: FastifyReply, codings: readonly string[] | undefined): Current {
  return stateOfAnswer((name) => reply.getHeader(name)?.toString(), codings);
}

/** The tag of the answer, its own or a new one, and its content. */
async function tagged(
  { method }: ConditionalRequest,
  reply: FastifyReply,
  payload: unknown,
  { tag = {}, maxBytes = MAX_BYTES }: ConditionalOptions,
): Promise<[etag: EntityTag | undefined, content: unknown]> {
  const own = reply.getHeader("etag")?.toString();
  if (own !== undefined) return [parseTag(own), payload];
  if (tag === false || !mayBeTagged(method, reply.statusCode, payload != null)) return [undefined, payload];
  const isEvents = isEventStream(reply.getHeader("content-type")?.toString());
  if (isEvents && typeof tag === "object") return [undefined, payload];
  // A stream with a known length is read completely, so that its tag does not depend on timing.
  const length = Number(reply.getHeader("content-length"));
  const isAwaited =
    payload instanceof Readable && length > 0 && length <= maxBytes && typeof tag === "object";
  const content = isAwaited ? await buffer(payload) : payload;
  const etag = typeof tag === "function" ? tag(reply) : await tagOfContent(content, tag, maxBytes);
  if (etag !== undefined) reply.header("ETag", madeTag(etag));
  return [etag, content];
}

async function tagOfContent(
  content: unknown,
  { weak = true, contentTag: make }: ContentTagging,
  maxBytes: number,
): Promise<EntityTag | undefined> {
  if (typeof content !== "string" && !Buffer.isBuffer(content)) return undefined;
  if (Buffer.byteLength(content) > maxBytes) return undefined;
  return make ? make(Buffer.from(content as string), { weak }) : contentTag(content as string, { weak });
}

/** Makes the answer that the conditions decide. It passes all hooks, as every answer does. */
function replace(reply: FastifyReply, { status, fields, keeps, vary }: PlainResponse): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (!keeps(name, String(value))) reply.removeHeader(name);
  }
  reply.code(status).headers(Object.fromEntries(fields));
  // @fastify/compress does not look at an answer without content, so it would set no `Vary`.
  const isCoded = vary !== undefined || (status === 304 && "compress" in reply);
  if (isCoded) reply.header("Vary", withAcceptEncoding(reply.getHeader("vary")?.toString()));
}

/**
 * The payload that Fastify is given to send. Its own HEAD route announces a `Content-Length` of 0 where there is no
 * payload, which would be that of the 200 (RFC 9110 §8.6). It announces none for a stream.
 */
function sent({ method }: ConditionalRequest, { status, body }: PlainResponse): unknown {
  return body ?? (method === "HEAD" && status === 304 ? Readable.from([]) : undefined);
}

/**
 * A Fastify plugin that obeys the conditions of each request.
 *
 * With `current`, every method is judged before the handler runs, and a 2xx read gets the validators that it lacks.
 * Without `current`, only GET, HEAD and QUERY are judged, by the tag and date of their 2xx answer. The plugin refuses
 * early; the write itself must be conditional on the version that was judged. A refusal passes all `onSend` hooks.
 *
 * Register it before or after a compressor. It sees every route of the instance that it is registered on.
 *
 * @throws {TypeError} when it is registered, on an option that is not valid, and on `require` without `current`
 * @example
 * app.register(conditional, { current: () => ({ etag: versionTag(page.version) }), require: true });
 * @see RFC 9110 §13.2
 */
export const conditional: FastifyPluginAsync<ConditionalOptions> = plugin(addHooks, {
  fastify: "5.x",
  name: "@entity-tag/fastify",
});
