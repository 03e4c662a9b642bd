import { type ConditionalRequest, type Decision, decide, type Policy } from "./evaluate.ts";
import { keepsInLateRefusal, keepsInNotModified, keepsInRefusal } from "./kept-fields.ts";
import { tagOfNotModified } from "./preconditions.ts";
import { explain, type Problem } from "./problem.ts";
import type { Current } from "./state.ts";
import { validatorFields } from "./validator-fields.ts";

/** The fields of an answer, in the order of sending. A repeated name is a repeated line. */
export type Fields = [name: string, value: string][];

/** A response that the conditions alone decide, as plain data. */
export interface PlainResponse {
  readonly status: 304 | 400 | 412 | 428;
  /** Its own fields. Fields of the replaced answer may stay, too. */
  readonly fields: Fields;
  /** A name that `Vary` must have, because a 304 with the tag of a coding depends on what the request accepts. */
  readonly vary: "Accept-Encoding" | undefined;
  /** A 304 has none. */
  readonly body: string | undefined;
  /**
   * True when a field of the replaced answer, or one that was set before, may stay. The name may be in any case.
   * The value matters only for a content security policy.
   */
  keeps(fieldName: string, value?: string): boolean;
}

/**
 * The response to a decision, as plain data for an adapter without `Response`; `undefined`: go on and handle the
 * request.
 *
 * `validators`: the fields of `current` for a 304. Give `[]` where the replaced answer has them. If `If-None-Match`
 * names the tag of a coding, the 304 has that tag in either case: set it instead of the answer's own.
 *
 * @throws {TypeError} if a tag or a time in `current` is not valid
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
  const coded = codedTagOf(request, current);
  return {
    status: 304,
    fields: coded === undefined ? fields : [...fields.filter(([name]) => name !== "ETag"), ["ETag", coded]],
    vary: coded === undefined ? undefined : "Accept-Encoding",
    body: undefined,
    keeps: keepsInNotModified,
  };
}

/**
 * The response that the conditions of a request decide before its handler runs; `undefined`: go on and handle it.
 *
 * @throws {TypeError} if a tag or a time in `current` is not valid
 * @example
 * const request = { method: "GET", headers: new Headers({ "If-None-Match": '"v1"' }) };
 * earlyResponse(request, { etag: '"v1"' })?.status; // 304
 * @see RFC 9110 §13.2
 */
export function earlyResponse(
  request: ConditionalRequest,
  current: Current,
  policy?: Policy,
  validators?: Fields,
): PlainResponse | undefined {
  return responseFor(decide(request, current, policy), request, current, policy, validators);
}

/**
 * The response that replaces a finished answer, judged by that answer's own validators; `undefined`: send the
 * answer.
 *
 * A 304 keeps the validators of that answer. A refusal keeps few of its fields: those of `keepsInLateRefusal`, and
 * those for which `keep` returns true.
 *
 * @throws {TypeError} if a tag or a time in `current` is not valid
 * @example
 * const request = { method: "GET", headers: new Headers({ "If-Match": '"v0"' }) };
 * lateResponse(request, { etag: '"v1"' })?.keeps("Content-Disposition"); // false
 * @see RFC 9110 §13.2
 */
export function lateResponse(
  request: ConditionalRequest,
  current: Current,
  policy?: Policy & { keep?: ((fieldName: string) => boolean) | undefined },
): PlainResponse | undefined {
  const response = earlyResponse(request, current, policy, []);
  if (response === undefined || response.status === 304) return response;
  const keeps = (name: string) => keepsInLateRefusal(name) || policy?.keep?.(name) === true;
  return { ...response, keeps };
}

export function refusal(problem: Problem, current: Current): PlainResponse {
  const fields: Fields = [...validatorFields(current), ["Content-Type", "application/problem+json"]];
  const body = JSON.stringify(problem);
  return { status: problem.status, fields, vary: undefined, body, keeps: keepsInRefusal };
}

/** The tag of a coding that the client has. With it, a 304 selects the client's stored answer (RFC 9111 §4.3.4). */
function codedTagOf({ headers }: ConditionalRequest, current: Current): string | undefined {
  if (!current?.codings) return undefined;
  const held = tagOfNotModified(headers.get("if-none-match"), current, headers.get("accept-encoding"));
  return held === current.etag ? undefined : held;
}

/**
 * Tells which fields of another answer may stay in an answer with this status; `undefined`: all. Names may be in
 * any case.
 *
 * @example
 * keepsFor(304)?.("Content-Type"); // false
 * @see RFC 9110 §15.4.5
 */
export function keepsFor(status: number): PlainResponse["keeps"] | undefined {
  return status === 304 ? keepsInNotModified : undefined;
}
