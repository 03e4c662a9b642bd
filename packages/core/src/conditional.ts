import { acceptedCodings, withCodings } from "./accepted-codings.ts";
import { areFields, type HeadersLike, respond } from "./check-preconditions.ts";
import { isRequiring, judge, type LateOptions, validatorsOf } from "./conditional-response.ts";
import { checkRequest, decide, isRead, isTransfer } from "./evaluate.ts";
import { shown } from "./given.ts";
import { anyFunction, extended, type OptionRules } from "./option-rules.ts";
import { checkOptions, LATE_RULES } from "./options.ts";
import { ifRange } from "./preconditions.ts";
import { type Fields, responseFor } from "./responses.ts";
import { type Current, checkedState } from "./state.ts";
import { type Awaitable, datedUpToNow, withMissingFields } from "./tagging.ts";
import { discard, discardBody } from "./touched-body.ts";
import { lastModifiedUpToNow, validatorFields } from "./validator-fields.ts";
import { askedTwice, withoutRange } from "./without-range.ts";

/** The options of {@link conditional}. */
export interface ConditionalOptions<Req extends Request, Rest extends unknown[]> extends LateOptions<Req> {
  /**
   * The state to judge against, before the handler runs. `null`: the resource does not exist; `{}`: it exists, without
   * a validator. A `Response`, such as a 401 or a 403, is sent as the answer, so the client learns nothing of the
   * state.
   */
  current?: ((request: Req, ...rest: Rest) => Awaitable<Current | Response>) | undefined;
  /**
   * Fields that a 200 and its 304 both carry, such as `Cache-Control`, `Vary` and CORS fields. A refusal carries
   * those that do not describe the representation.
   */
  headers?: HeadersLike | ((request: Req, ...rest: Rest) => HeadersLike) | undefined;
}

/** Rules for the options of {@link conditional}. */
export const CONDITIONAL_RULES: OptionRules = /* @__PURE__ */ extended(LATE_RULES, {
  current: /* @__PURE__ */ anyFunction(),
  headers: {
    accepts: (value: unknown) => typeof value === "function" || (areFields(value) && isReadable(value)),
    use: 'fields such as { "Cache-Control": "no-cache" }, or a function that returns them',
  },
});

function isReadable(fields: object): boolean {
  try {
    return new Headers(fields as Headers) !== undefined;
  } catch {
    return false;
  }
}

/**
 * A handler that obeys the conditions of reads, and with `current` also those of writes.
 *
 * With `current`, every method is judged before the handler acts, and a 2xx read gets the validators that the handler
 * did not set. For a 304 or a refusal the handler does not run, so no check in it runs either: decide who may read or
 * write in `current`, which may return a `Response`, or before this handler is called. `current` refuses early; the
 * write itself must be conditional on the version that was judged. Without `current`, GET, HEAD and QUERY are judged by
 * the tag and date of their 2xx answer, and a 304 may replace that answer. All other requests pass unchanged. A read
 * for which `current` returns `{}` is judged by its answer, too.
 *
 * A body with a `Content-Length` within `maxBytes` is read completely and hashed: a source that stalls delays its
 * answer. A body without one is hashed if it is complete at once. All others, such as server-sent events, are sent
 * at once without a tag. The answer to a failed `If-Range` is the whole representation: a handler of GET or QUERY
 * that sent a part is called again, without `Range`. A request's `Cache-Control: no-cache` does not suppress a
 * 304. A `Last-Modified` of a 2xx read that is later than now is replaced by now. Arguments after the request are
 * passed through.
 *
 * @throws {TypeError} at once on an unknown or wrong option, and on `require` without `current`. The handler's
 *   promise rejects if `current` or `tag` returns something other than a state or a tag, and with errors of the
 *   handler
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
  if (typeof handler !== "function")
    throw new TypeError(
      "conditional() needs a handler, such as app.fetch. In a hook, use conditionalResponse(). Middleware is in @entity-tag/node and @entity-tag/koa",
    );
  checkOptions(options, CONDITIONAL_RULES, "conditional()");
  const { current } = options;
  // We choose (decision 3): an option that could not keep its promise is refused.
  if (current === undefined && isRequiring(options.require)) {
    throw new TypeError(
      "Cannot require conditions without `current`: a write is judged before the handler or not at all",
    );
  }
  return async (request, ...rest) => {
    checkRequest(request);
    const given = current && (await current(request, ...rest));
    if (isResponse(given)) return given;
    const codings = options.codings ?? acceptedCodings(request);
    const state = current && withCodings(checkedState(given!), codings);
    const validators = validatorFields(state ?? null);
    const fields = fieldsOf(options, validators, request, rest);
    const handle = async (request: Req) => {
      const response = await handler(request, ...rest);
      return isSent(request, response) ? datedUpToNow(withMissingFields(response, fields)) : response;
    };
    // The state has no validator, so a read is judged by those of its answer.
    const isLate = state === undefined || (validators.length === 0 && isRead(request.method));
    if (isLate) return judgeLate(request, handle, options);
    const decision = decide(request, state, options);
    if (decision.outcome !== "proceed") {
      return respond(responseFor(decision, request, state, options, [])!, request.method, fields);
    }
    return decision.range || !isRead(request.method) ? handle(request) : withoutRange(request, handle);
  };
}

/**
 * True for a `Response`, also for one of another realm, or of a runtime that has several such classes.
 *
 * An adapter checks the result of `current` with it.
 *
 * @example
 * isResponse(new Response(null, { status: 403 })); // true
 * isResponse({ etag: '"v1"' }); // false
 * @see RFC 9110 §13.2.1
 */
export function isResponse(given: unknown): given is Response {
  return given instanceof Response || Object.prototype.toString.call(given) === "[object Response]";
}

/** The fields of every answer to a read: those of the option, and the validators of the state. */
function fieldsOf<Req extends Request, Rest extends unknown[]>(
  { headers }: ConditionalOptions<Req, Rest>,
  validators: Fields,
  request: Req,
  rest: Rest,
): Fields {
  if (headers === undefined) return validators;
  const given = typeof headers === "function" ? headers(request, ...rest) : headers;
  if (given !== undefined && !areFields(given)) {
    throw new TypeError(
      `\`headers\` returned ${shown(given)}: use a function that returns fields, not a promise`,
    );
  }
  const fields = new Headers(given);
  for (const [name, value] of validators) fields.set(name, value);
  const date = lastModifiedUpToNow(fields.get("Last-Modified"));
  if (date !== undefined) fields.set("Last-Modified", date);
  return [...fields];
}

async function judgeLate<Req extends Request, Res extends Response | undefined>(
  request: Req,
  handle: (request: Req) => Promise<Res | Response>,
  options: LateOptions<Req>,
): Promise<Res | Response> {
  if (!mayAskAgain(request)) {
    // A range is not defined for HEAD (§14.2), and must not hide the answer that its conditions are judged by.
    const isHead = request.method === "HEAD" && isConditional(request.headers);
    const response = await (isHead ? withoutRange(request, handle) : handle(request));
    return isAnswer(response) ? judge(request, response, options) : response;
  }
  const { first, second } = askedTwice(request);
  const response = await handle(first);
  const isAgain = isAnswer(response) && isOverhasty(request, response);
  if (!isAgain) {
    if (second !== first) discard(second.body);
    return isAnswer(response) ? judge(request, response, options) : response;
  }
  const whole = await withoutRange(second, handle);
  const judged = isAnswer(whole) ? await judge(request, whole, options) : whole;
  // The conditions hold, so the handler's own answer to the range is right.
  const isHeld = isAnswer(judged) && judged.status === 200 && isRangeTrue(request, response, judged);
  const [sent, dropped] = isHeld ? [response, judged] : [judged, response];
  if (dropped) discardBody(dropped);
  return sent as Res | Response;
}

/** Only GET and QUERY are called again, and only for a range that a condition may forbid. */
function mayAskAgain({ method, headers }: Request): boolean {
  return (method === "GET" || method === "QUERY") && headers.has("Range") && isConditional(headers);
}

function isConditional(headers: Headers): boolean {
  const names = ["If-Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"];
  return names.some((name) => headers.has(name));
}

/** True when the handler honoured or refused a range before the conditions were judged (§13.2.2, §14.2). */
function isOverhasty(request: Request, response: Response): boolean {
  if (response.status !== 206) return response.status === 416;
  return !isRangeWanted(request, response) || isTagOfWholeNamed(request, response);
}

/** True when a condition names a tag and the part has none. Only the whole has the tag that the client knows. */
function isTagOfWholeNamed({ headers }: Request, part: Response): boolean {
  const named = ["If-Match", "If-None-Match"].map((name) => headers.get(name));
  return !part.headers.has("ETag") && named.some((field) => field !== null && field !== "*");
}

/**
 * True when the 416 is about the version that the client has a part of, or when the part was asked for without
 * `If-Range`. With it the whole is sent: the content may have changed between the two calls.
 */
function isRangeTrue(request: Request, { status }: Response, whole: Response): boolean {
  return status === 416 ? isRangeWanted(request, whole) : !request.headers.has("If-Range");
}

/**
 * True when the range is of the version that `If-Range` names. A date is not known to be strong here (§8.8.2.2).
 */
function isRangeWanted({ headers }: Request, response: Response): boolean {
  return ifRange(headers.get("If-Range"), validatorsOf(response)) !== false;
}

function isAnswer(response: Response | undefined | null): response is Response {
  // Some runtimes also accept null as an answer.
  return response != null;
}

function isSent(request: Request, response: Response | undefined): response is Response {
  return isAnswer(response) && isTransfer(request.method, response.status);
}
