import { acceptedCodings, withCodings } from "./accepted-codings.ts";
import { checkedState, type Fields, respond, responseFor } from "./check-preconditions.ts";
import { parseTag } from "./entity-tag.ts";
import { evaluate, isRead, isTransfer, type Policy } from "./evaluate.ts";
import { parseDate } from "./http-date.ts";
import { checkedOptions } from "./options.ts";
import { type Current, ifRange, type State } from "./preconditions.ts";
import { type Awaitable, discard, stamp, type Tagging, tagged } from "./tagging.ts";
import { validatorFields } from "./validator-fields.ts";

/** What {@link conditional} may be told. */
export interface ConditionalOptions<Req extends Request, Rest extends unknown[]>
  extends Policy,
    Tagging<Req> {
  /** The state to judge against, before the handler. `null`: nothing is here; `{}`: here, without a validator. */
  current?: ((request: Req, ...rest: Rest) => Awaitable<Current>) | undefined;
  /**
   * Fields that a 200 and the 304 in its place carry, such as `Cache-Control`, `Vary` and CORS fields. A refusal carries
   * those that are not about the representation.
   */
  headers?: HeadersInit | ((request: Req, ...rest: Rest) => HeadersInit) | undefined;
  /** Codings that a server in front may apply, and mark in the tag: `["gzip"]` for Apache. Default: none. */
  codings?: readonly string[] | undefined;
}

/**
 * The handler, with the conditions of each request obeyed. Arguments after the request are passed through.
 *
 * With `current`, every method is judged before the handler acts, and a 2xx read is stamped with the validators that
 * the handler did not set. Without it, GET, HEAD and QUERY are judged by the tag and date of their 2xx answer, which
 * is merely not sent; every other request passes untouched: a write cannot be judged once it is done. So is a read
 * for which `current` gives `{}`. The answer to a failed `If-Range` is the whole: the handler does not see `Range`.
 *
 * A body that is complete is hashed for its tag. One that is still being produced (server-sent events, a slow stream)
 * or goes on behind `maxBytes` flows on at once, untagged. A request's `Cache-Control: no-cache` suppresses no 304.
 *
 * @throws {TypeError} at once on an option that is none, and on `require` without `current`; rejects if `current` or
 * `tag` yields what is neither a state nor a tag, and with whatever the handler throws
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
  const { current } = checkedOptions(options);
  if (current === undefined && options.require) {
    throw new TypeError(
      "Cannot require conditions without `current`: a write is judged before the handler or not at all",
    );
  }
  return async (request, ...rest) => {
    const codings = options.codings ?? acceptedCodings(request);
    const state = current && withCodings(checkedState(await current(request, ...rest)), codings);
    const validators = validatorFields(state ?? null);
    const fields = fieldsOf(options, validators, request, rest);
    const handle = async (request: Req) => {
      const response = await handler(request, ...rest);
      return isSent(request, response) ? stamp(response, fields) : response;
    };
    // A read of what has no validator of its own is judged by those of its answer.
    const isLate = state === undefined || (validators.length === 0 && isRead(request.method));
    if (isLate) return judgeLate(request, handle, options);
    const decision = evaluate(request, state, options);
    if (decision.outcome === "proceed") return handle(decision.range ? request : withoutRange(request));
    return respond(responseFor(decision, request, state, options, [])!, request.method, fields);
  };
}

/** What every answer to a read has: the fields that are asked for, and the validators of the state. */
function fieldsOf<Req extends Request, Rest extends unknown[]>(
  { headers }: ConditionalOptions<Req, Rest>,
  validators: Fields,
  request: Req,
  rest: Rest,
): Fields {
  if (headers === undefined) return validators;
  const fields = new Headers(typeof headers === "function" ? headers(request, ...rest) : headers);
  for (const [name, value] of validators) fields.set(name, value);
  return [...fields];
}

async function judgeLate<Req extends Request, Rest extends unknown[], Res extends Response | undefined>(
  request: Req,
  handle: (request: Req) => Promise<Res | Response>,
  options: ConditionalOptions<Req, Rest>,
): Promise<Res | Response> {
  let response = await handle(request);
  if (response?.status === 206 && isOfAnotherVersion(request, response)) {
    discard(response.body);
    response = await handle(withoutRange(request));
  }
  if (!isSent(request, response)) return response;
  const answered = await tagged(request, response, options);
  const state = withCodings(stateOf(answered), options.codings ?? acceptedCodings(request));
  const settled = responseFor(evaluate(request, state, options), request, state, options, []);
  if (settled === undefined) return answered;
  discard(answered.body);
  return respond(settled, request.method, [...answered.headers]);
}

/** Whether this is an answer that sends a representation. */
function isSent(request: Request, response: Response | undefined): response is Response {
  // Some runtimes take null for an answer, too.
  return response != null && isTransfer(request.method, response.status);
}

function stateOf({ headers }: Response): State {
  return { etag: parseTag(headers.get("ETag")), lastModified: parseDate(headers.get("Last-Modified")) };
}

/** A part of another version than the client has parts of (§13.1.5). That the handler sent it vouches for its date. */
function isOfAnotherVersion({ headers }: Request, part: Response): boolean {
  return ifRange(headers.get("If-Range"), { ...stateOf(part), lastModifiedStrong: true }) === false;
}

/** A handler that honours `Range` need not know `If-Range`: where that fails, there is no range to honour. */
function withoutRange<Req extends Request>(request: Req): Req {
  const { method, headers, url, signal } = request;
  if (!isRead(method) || !headers.has("Range")) return request;
  try {
    headers.delete("Range");
    return request;
  } catch {
    const kept = new Headers(headers);
    kept.delete("Range");
    return new Request(url, { method, headers: kept, signal }) as Req;
  }
}
