import { acceptedCodings, withCodings } from "./accepted-codings.ts";
import { type CheckOptions, respond } from "./check-preconditions.ts";
import { parseTag } from "./entity-tag.ts";
import { type ConditionalRequest, checkRequest, isRead, isTransfer } from "./evaluate.ts";
import { parseDate } from "./http-date.ts";
import { checkOptions, LATE_RULES } from "./options.ts";
import { lateResponse } from "./responses.ts";
import type { State } from "./state.ts";
import { datedUpToNow, type Tagging, tagged } from "./tagging.ts";
import { discardBody } from "./touched-body.ts";

/** The options of {@link conditionalResponse}. */
export interface LateOptions<Req = Request> extends CheckOptions, Tagging<Req> {
  /** Which fields of the answer a refusal keeps besides those of `keepsInLateRefusal`. */
  keep?: ((fieldName: string) => boolean) | undefined;
}

/**
 * Judges a finished response by the conditions of its request. Returns a 304, a 412, or the same response with a
 * tag.
 *
 * Use it in hooks that hold a finished `Response`. It judges only 2xx answers to GET, HEAD and QUERY, because a
 * write cannot be judged after it is done; it returns all others unchanged. Give it the request as the client sent
 * it. It also judges a 416 by its own validators, because conditions come before the range.
 *
 * @throws {TypeError} on an unknown or wrong option, on `require`, and if `tag` gives something other than a tag
 * @example
 * const request = new Request("https://example.com/", { headers: { "If-None-Match": '"v1"' } });
 * const response = new Response("hello", { headers: { ETag: '"v1"' } });
 * (await conditionalResponse(request, response)).status; // 304
 * @see RFC 9110 §13.2
 */
export async function conditionalResponse<Req extends ConditionalRequest = Request>(
  request: Req,
  response: Response,
  options: LateOptions<Req> = {},
): Promise<Response> {
  checkRequest(request);
  checkOptions(options, LATE_RULES, "conditionalResponse()");
  // We choose (decision 3): an option that could not keep its promise is refused.
  if (isRequiring(options.require)) {
    throw new TypeError(
      "Cannot require conditions of a finished response: use checkPreconditions(), before the handler acts",
    );
  }
  const { status, headers } = (response ?? {}) as Partial<Response>;
  if (typeof status !== "number" || typeof headers?.get !== "function") {
    throw new TypeError(
      `conditionalResponse() was given ${String(response)}: use a Response as the second argument`,
    );
  }
  const isSent = isTransfer(request.method, response.status);
  return judge(request, isSent ? datedUpToNow(response) : response, options);
}

/** True when some writes must have a condition. */
export function isRequiring(require: CheckOptions["require"]): boolean {
  return require === true || (Array.isArray(require) && require.length > 0);
}

/** Like {@link conditionalResponse}, with options that were checked before. */
export async function judge<Req extends ConditionalRequest>(
  request: Req,
  response: Response,
  options: LateOptions<Req>,
): Promise<Response> {
  const isJudged = isTransfer(request.method, response.status) || isRangeBeyondEnd(request, response);
  if (!isJudged) return response;
  const sent = response.status === 416 ? response : await tagged(request, response, options);
  const state = withCodings(validatorsOf(sent), options.codings ?? acceptedCodings(request));
  const instead = lateResponse(request, state, options);
  if (instead === undefined) return sent;
  discardBody(sent);
  return respond(instead, request.method, [...sent.headers]);
}

/** The state that the validators of an answer describe. */
export function validatorsOf({ headers }: Response): State {
  return { etag: parseTag(headers.get("ETag")), lastModified: parseDate(headers.get("Last-Modified")) };
}

/** §14.2: conditions come before the range, so they decide first when a 416 has validators. */
function isRangeBeyondEnd({ method, headers }: ConditionalRequest, response: Response): boolean {
  if (response.status !== 416 || !isRead(method) || headers.get("range") == null) return false;
  return response.headers.has("ETag") || response.headers.has("Last-Modified");
}
