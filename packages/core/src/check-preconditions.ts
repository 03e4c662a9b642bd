import { acceptedCodings, withCodings } from "./accepted-codings.ts";
import { type ConditionalRequest, checkRequest, type Policy } from "./evaluate.ts";
import { isRecord } from "./given.ts";
import { keepsInNotModified } from "./kept-fields.ts";
import { CHECK_RULES, checkOptions } from "./options.ts";
import { conditionMissing, lostRace } from "./problem.ts";
import { earlyResponse, type Fields, type PlainResponse, refusal } from "./responses.ts";
import { type Current, checkedState } from "./state.ts";
import { withAcceptEncoding } from "./vary.ts";

/** A policy, and the codings whose tags are accepted. */
export interface CheckOptions extends Policy {
  /** Codings that a server in front may apply, and mark in the tag: `["gzip"]` for Apache. Default: none. */
  codings?: readonly string[] | undefined;
}

/**
 * The response that the conditions of a request decide by themselves: 304, 400, 412 or 428; `undefined`: go on and
 * handle the request.
 *
 * Call it before the handler acts. It does not guard a write by itself: the write must be conditional on the version
 * that was judged. A 304 carries only the validators of `current`. If your 200 also has `Cache-Control`, `Vary` or CORS
 * fields, make the 304 with {@link notModified}. A refusal is an `application/problem+json`. A 412 carries the current
 * `ETag`, so that the client can merge and try again at once.
 *
 * @throws {TypeError} if `current` is not a state, a tag or a time in it is not valid, `headers` is a plain object, or
 *   an option is unknown
 * @example
 * const request = new Request("https://example.com/", { method: "PUT", headers: { "If-Match": '"v1"' } });
 * checkPreconditions(request, { etag: '"v2"' })?.status; // 412
 * @see RFC 9110 §13.2.1
 */
export function checkPreconditions(
  request: ConditionalRequest,
  current: Current,
  policy?: CheckOptions,
): Response | undefined {
  checkRequest(request);
  checkOptions(policy, CHECK_RULES, "checkPreconditions()");
  const state = withCodings(checkedState(current), policy?.codings ?? acceptedCodings(request));
  const plain = earlyResponse(request, state, policy);
  return plain && respond(plain, request.method);
}

/** The response, with those fields of the replaced answer that may stay. */
export function respond(plain: PlainResponse, method?: string, old: Fields = []): Response {
  const { status, fields, body, keeps, vary } = plain;
  const isWhole = vary === undefined && method !== "HEAD" && old.length === 0;
  if (isWhole) return new Response(body ?? null, { status, headers: fields });
  const headers = new Headers(fields);
  const isNew = (name: string) => fields.some(([own]) => own.toLowerCase() === name.toLowerCase());
  for (const [name, value] of old) if (keeps(name, value) && !isNew(name)) headers.append(name, value);
  if (vary !== undefined) headers.set("Vary", withAcceptEncoding(headers.get("Vary")));
  // §9.3.2: the length would be that of GET, so it is never 0. Some servers write 0 when there is neither length
  // nor body.
  if (method === "HEAD" && body !== undefined) {
    headers.set("Content-Length", String(new TextEncoder().encode(body).byteLength));
  }
  return new Response(method === "HEAD" ? null : (body ?? null), { status, headers });
}

/**
 * A 304 made from the header of the 200 that it replaces: without the fields that describe a body.
 *
 * @throws {TypeError} on a `Response`, a promise or a state in place of fields, and on fields that `new Headers` does
 *   not accept
 * @example
 * notModified({ ETag: '"v1"', "Content-Type": "text/html" }); // ETag alone stays
 * @see RFC 9110 §15.4.5
 */
export function notModified(headers: HeadersLike): Response {
  const given = headers as { headers?: unknown; lastModified?: unknown } | undefined;
  if (!areFields(given) || given.headers !== undefined || given.lastModified !== undefined) {
    const shown = headers === undefined ? "nothing" : String(headers);
    throw new TypeError(
      `notModified() was given ${shown}: use the fields of the 200, such as response.headers or validatorFields(current)`,
    );
  }
  const kept = new Headers(headers);
  for (const [name, value] of [...kept]) if (!keepsInNotModified(name, value)) kept.delete(name);
  return new Response(null, { status: 304, headers: kept });
}

/**
 * A 412 with the current validators, for a change whose conditions held until another change came first.
 *
 * @throws {TypeError} if a tag or a time in `current` is not valid
 * @example
 * preconditionFailed({ etag: '"v2"' }).headers.get("ETag"); // '"v2"'
 * @see RFC 9110 §15.5.13
 */
export function preconditionFailed(current?: Current): Response {
  if (current !== undefined) checkedState(current);
  return respond(refusal(lostRace(current), current ?? null));
}

/**
 * A 428 that asks for `If-Match`, or for `If-None-Match: *` to create.
 *
 * @example
 * preconditionRequired().status; // 428
 * @see RFC 6585 §3
 */
export function preconditionRequired(): Response {
  return respond(refusal(conditionMissing(), null));
}

/**
 * True for fields that `new Headers` can read. It would also accept a promise or a `Response`, but find no field there.
 *
 * @example
 * areFields({ "Cache-Control": "no-cache" }); // true
 * areFields(new Response("hello")); // false
 * @see RFC 9110 §5
 */
export function areFields(given: unknown): given is object {
  return isRecord(given) || (typeof given === "object" && given !== null && Symbol.iterator in given);
}

/** Every form that `new Headers` accepts. */
export type HeadersLike = ConstructorParameters<typeof Headers>[0];
