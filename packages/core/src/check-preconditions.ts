import { acceptedCodings, withCodings } from "./accepted-codings.ts";
import { checkedTag } from "./entity-tag.ts";
import { type ConditionalRequest, type Decision, evaluate, type Policy } from "./evaluate.ts";
import { keepsInNotModified, keepsInRefusal } from "./kept-fields.ts";
import { type Current, tagOfNotModified } from "./preconditions.ts";
import { conditionMissing, explain, lostRace, type Problem } from "./problem.ts";
import { validatorFields } from "./validator-fields.ts";

export type Fields = [name: string, value: string][];

/** A policy, and the codings of which a tag may be. */
export interface CheckOptions extends Policy {
  /** Codings that a server in front may apply, and mark in the tag: `["gzip"]` for Apache. Default: none. */
  codings?: readonly string[] | undefined;
}

/**
 * The response that the conditions of a request alone settle: 304, 400, 412 or 428; `undefined`: go on and handle it.
 *
 * Ask before the handler acts. A 304 carries the validators of `current` and nothing else that the 200 would have
 * carried: where that has `Cache-Control`, `Vary` or CORS fields, make it with {@link notModified}. A refusal is an
 * `application/problem+json`; a 412 carries the current `ETag`, so that the client can merge and try again at once.
 *
 * @throws {TypeError} if `current` is no state, or a tag or a time in it is none
 * @example
 * const request = new Request("https://example.com/", { method: "PUT", headers: { "If-Match": '"v1"' } });
 * checkPreconditions(request, { etag: '"v2"' })?.status; // 412
 * @see RFC 9110 §13.2.1
 */
export function checkPreconditions(
  request: Request,
  current: Current,
  policy?: CheckOptions,
): Response | undefined {
  // At once, lest a mistake wait for the first request with a condition.
  if (checkedState(current)?.etag !== undefined) checkedTag(current!.etag!);
  const state = withCodings(current, policy?.codings ?? acceptedCodings(request));
  const settled = responseFor(evaluate(request, state, policy), request, state, policy);
  return settled && respond(settled, request.method);
}

export function checkedState(state: Current): Current {
  if (typeof state === "object" && !Array.isArray(state)) return state;
  throw new TypeError(
    `The current state is ${JSON.stringify(state)}: use null if nothing is here, {} if it has no validator, or { etag }`,
  );
}

/** An answer that the conditions alone settle, as plain data. */
export interface PlainResponse {
  readonly status: 304 | 400 | 412 | 428;
  /** What it has besides what stays. */
  readonly fields: Fields;
  /** A 304 has none. */
  readonly body: string | undefined;
  /** Whether a field of the answer in whose place it is sent may stay. The name may be in any case. */
  keeps(fieldName: string): boolean;
}

/**
 * What to answer by a decision, for who has no `Response` to put it in; `undefined`: go on and handle the request.
 *
 * `validators`: what a 304 has of `current`, if not all of it: nothing, where the answer that it replaces has them.
 *
 * @throws {TypeError} if a tag or a time in `current` is none
 * @example
 * const request = { method: "PUT", headers: new Headers({ "If-Match": '"v1"' }) };
 * const current = { etag: strong("v2") };
 * responseFor(evaluate(request, current), request, current)?.status; // 412
 * @see RFC 9110 §13.2
 */
export function responseFor(
  decision: Decision,
  request: ConditionalRequest,
  current: Current,
  policy?: Policy,
  validators?: Fields,
): PlainResponse | undefined {
  if (decision.outcome === "proceed") return undefined;
  const problem = explain(decision, request, current, policy);
  if (problem !== undefined) return refusal(problem, problem.status === 412 ? current : null);
  const fields = validators ?? validatorFields(current);
  return {
    status: 304,
    fields: withHeldTag(fields, request, current),
    body: undefined,
    keeps: keepsInNotModified,
  };
}

/** The fields of a 304 to a client that holds the tag of a coding: that one selects its stored answer (RFC 9111 §4.3.4). */
function withHeldTag(fields: Fields, { headers }: ConditionalRequest, current: Current): Fields {
  if (!current?.codings) return fields;
  const held = tagOfNotModified(headers.get("if-none-match"), current, headers.get("accept-encoding"));
  if (held === undefined || held === current.etag) return fields;
  return [...fields.filter(([name]) => name !== "ETag"), ["ETag", held]];
}

function refusal(problem: Problem, current: Current): PlainResponse {
  const fields: Fields = [...validatorFields(current), ["Content-Type", "application/problem+json"]];
  return { status: problem.status, fields, body: JSON.stringify(problem), keeps: keepsInRefusal };
}

/**
 * Which fields may stay in an answer with this status that somebody else gives; `undefined`: all. The names may be in
 * any case.
 *
 * @example
 * keepsFor(304)?.("Content-Type"); // false
 * @see RFC 9110 §15.4.5
 */
export function keepsFor(status: number): PlainResponse["keeps"] | undefined {
  return status === 304 ? keepsInNotModified : undefined;
}

/** The response, with what may stay in it of these fields of the answer that it replaces. */
export function respond(
  { status, fields, body, keeps }: PlainResponse,
  method?: string,
  old: Fields = [],
): Response {
  const headers = new Headers(fields);
  const isNew = (name: string) => fields.some(([own]) => own.toLowerCase() === name.toLowerCase());
  for (const [name, value] of old) if (keeps(name) && !isNew(name)) headers.append(name, value);
  return new Response(method === "HEAD" ? null : (body ?? null), { status, headers });
}

/**
 * A 304 made from the header of the 200 that it replaces: without the fields that describe a body.
 *
 * @example
 * notModified({ ETag: '"v1"', "Content-Type": "text/html" }); // ETag alone stays
 * @see RFC 9110 §15.4.5
 */
export function notModified(headers?: HeadersInit): Response {
  const kept = new Headers(headers);
  for (const name of [...kept.keys()]) if (!keepsInNotModified(name)) kept.delete(name);
  return new Response(null, { status: 304, headers: kept });
}

/**
 * A 412 with the current validators, for a change that another overtook after its conditions had held.
 *
 * @throws {TypeError} if a tag or a time in `current` is none
 * @example
 * preconditionFailed({ etag: '"v2"' }).headers.get("ETag"); // '"v2"'
 * @see RFC 9110 §15.5.13
 */
export function preconditionFailed(current?: Current): Response {
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
