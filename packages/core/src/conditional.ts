import { answer, notModified } from "./answer.ts";
import { readIfComplete } from "./complete-body.ts";
import { type EntityTag, parseTag } from "./entity-tag.ts";
import { evaluate, isTransfer, type Policy } from "./evaluate.ts";
import { parseDate } from "./http-date.ts";
import { contentTag } from "./make-tag.ts";
import type { Current } from "./preconditions.ts";
import { validatorFields } from "./validator-fields.ts";

type Awaitable<T> = T | Promise<T>;

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, since a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** Another maker than `contentTag`, where the platform has a faster one. */
  contentTag?:
    | ((bytes: Uint8Array<ArrayBuffer>, options: { weak: boolean }) => Awaitable<EntityTag>)
    | undefined;
}

/** What {@link conditional} may be told. */
export interface ConditionalOptions<Req extends Request, Rest extends unknown[]> extends Policy {
  /** The state to judge against, before the handler. `null`: nothing is here; `{}`: here, without a validator. */
  current?: ((request: Req, ...rest: Rest) => Awaitable<Current>) | undefined;
  /** How a 2xx answer to GET gets the tag that it lacks. Default: weak, from its content. `false`: not at all. */
  tag?:
    | ContentTagging
    | ((response: Response, request: Req) => Awaitable<EntityTag | undefined>)
    | false
    | undefined;
  /** The longest body, in bytes, that is read for its tag; a longer one flows on untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
  /** With `current`: fields of the 200 that its 304 must carry too, such as `Cache-Control`, `Vary` and CORS fields. */
  headers?: HeadersInit | ((request: Req, ...rest: Rest) => HeadersInit) | undefined;
}

const MAX_BYTES = 1_048_576;

/**
 * The handler, with the conditions of each request obeyed. Arguments after the request are passed through.
 *
 * With `current`, every method is judged before the handler acts, and a 2xx read is stamped with the validators that
 * the handler did not set. Without it, GET, HEAD and QUERY are judged by the tag and date of their 2xx answer, which
 * is merely not sent; every other request passes untouched: a write cannot be judged once it is done.
 *
 * A body that is complete is hashed for its tag. One that is still being produced (server-sent events, a slow stream)
 * or is longer than `maxBytes` flows on at once, untagged. A request's `Cache-Control: no-cache` suppresses no 304.
 *
 * @throws {TypeError} at once on `require` without `current`; rejects if `current` or `tag` yields what is neither a
 * state nor a tag, and with whatever the handler throws
 * @example
 * const handler = conditional(() => Response.json({ hello: "world" }));
 * const first = await handler(new Request("https://example.com/"));
 * const again = new Request("https://example.com/", { headers: { "If-None-Match": first.headers.get("ETag") } });
 * (await handler(again)).status; // 304
 * @see RFC 9110 §13.2
 */
export function conditional<Req extends Request, Rest extends unknown[], Res extends Response | undefined>(
  handler: (request: Req, ...rest: Rest) => Awaitable<Res>,
  options: ConditionalOptions<Req, Rest> = {},
): (request: Req, ...rest: Rest) => Promise<Res | Response> {
  const { current } = options;
  if (current === undefined && options.require) {
    throw new TypeError(
      "Cannot require conditions without `current`: a write is judged before the handler or not at all",
    );
  }
  return async (request, ...rest) => {
    if (current === undefined) return judgeLate(request, await handler(request, ...rest), options);
    const state = await current(request, ...rest);
    if (state === undefined) {
      throw new TypeError("`current` gave undefined: use null if nothing is here, {} if it has no validator");
    }
    const settled = answer(request, state, options);
    if (settled !== undefined && settled.status !== 304) return settled;
    const { headers = [] } = options;
    const validators = validatorFields(state);
    const fields = [
      ...validators,
      ...new Headers(typeof headers === "function" ? headers(request, ...rest) : headers),
    ];
    if (settled !== undefined) return notModified(fields);
    const response = await handler(withoutFailedRange(request, state, options), ...rest);
    if (response === undefined || !isTransfer(request.method, response.status)) return response;
    const stamped = stamp(response, fields);
    return validators.length > 0 ? stamped : judgeLate(request, stamped, options);
  };
}

async function judgeLate<Req extends Request, Rest extends unknown[], Res extends Response | undefined>(
  request: Req,
  response: Res,
  options: ConditionalOptions<Req, Rest>,
): Promise<Res | Response> {
  if (response === undefined || !isTransfer(request.method, response.status)) return response;
  const tagged = await tag(request, response, options);
  const etag = parseTag(tagged.headers.get("ETag"));
  const lastModified = parseDate(tagged.headers.get("Last-Modified"));
  const settled = answer(request, { etag, lastModified }, options);
  if (settled === undefined) return tagged;
  tagged.body?.cancel().catch(() => {});
  return settled.status === 304 ? notModified(tagged.headers) : settled;
}

/** The response with a tag: its own, or one that is made as `options.tag` says. */
async function tag<Req extends Request, Rest extends unknown[]>(
  request: Req,
  response: Response,
  { tag = {}, maxBytes = MAX_BYTES }: ConditionalOptions<Req, Rest>,
): Promise<Response> {
  if (tag === false || request.method === "QUERY" || response.headers.has("ETag")) return response;
  if (typeof tag === "function") {
    const etag = await tag(response, request);
    return etag === undefined ? response : stamp(response, [["ETag", checked(etag)]]);
  }
  if (response.body === null || response.status === 206) return response;
  if (Number(response.headers.get("Content-Length")) > maxBytes) return response;
  const body = await readIfComplete(response.body, maxBytes);
  if (!body.complete) return new Response(body.stream, response);
  const etag = await (tag.contentTag ?? contentTag)(body.bytes, { weak: tag.weak ?? true });
  return stamp(new Response(body.bytes, response), [["ETag", checked(etag)]]);
}

function checked(etag: EntityTag): EntityTag {
  if (parseTag(etag) === etag) return etag;
  throw new TypeError(
    `\`tag\` gave ${JSON.stringify(etag)}, which is no entity tag: make one with strong() or weak()`,
  );
}

/** Adds the fields that the response lacks. What a fetch or a redirect has answered cannot be written to. */
function stamp(response: Response, fields: readonly (readonly [string, string])[]): Response {
  const missing = fields.filter(([name]) => !response.headers.has(name));
  if (missing.length === 0) return response;
  const stamped = new Response(response.body, response);
  for (const [name, value] of missing) stamped.headers.append(name, value);
  return stamped;
}

/** A handler that honours `Range` need not know `If-Range`: where that fails, there is no range to honour. */
function withoutFailedRange<Req extends Request>(request: Req, state: Current, policy: Policy): Req {
  const { method, headers, url, signal } = request;
  if ((method !== "GET" && method !== "HEAD") || !headers.has("Range")) return request;
  const decision = evaluate(request, state, policy);
  if (decision.outcome !== "proceed" || decision.range) return request;
  try {
    headers.delete("Range");
    return request;
  } catch {
    const kept = new Headers(headers);
    kept.delete("Range");
    return new Request(url, { method, headers: kept, signal }) as Req;
  }
}
