import { checkedTag } from "./entity-tag.ts";
import { type Decision, evaluate, type Policy } from "./evaluate.ts";
import { staysInNotModified } from "./not-modified.ts";
import type { Current } from "./preconditions.ts";
import { conditionMissing, explain, overtaken, type Problem } from "./problem.ts";
import { validatorFields } from "./validator-fields.ts";

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
 * answer(request, { etag: '"v2"' })?.status; // 412
 * @see RFC 9110 §13.2.1
 */
export function answer(request: Request, current: Current, policy?: Policy): Response | undefined {
  // At once, lest a mistake wait for the first request with a condition.
  if (checkedState(current)?.etag !== undefined) checkedTag(current!.etag!);
  const decision = evaluate(request, current, policy);
  if (decision.outcome === "proceed") return undefined;
  return refused(decision, request, current, policy) ?? notModified(validatorFields(current));
}

export function checkedState(state: Current): Current {
  if (typeof state === "object" && !Array.isArray(state)) return state;
  throw new TypeError(
    `The current state is ${JSON.stringify(state)}: use null if nothing is here, {} if it has no validator, or { etag }`,
  );
}

/** The response to a refusal; `undefined` if the decision refuses nothing. */
export function refused(
  decision: Decision,
  request: Request,
  current: Current,
  policy?: Policy,
): Response | undefined {
  const problem = explain(decision, request, current, policy);
  return problem && refusal(problem, problem.status === 412 ? current : null, request.method);
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
  for (const name of [...kept.keys()]) if (!staysInNotModified(name)) kept.delete(name);
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
  return refusal(overtaken(current), current ?? null);
}

/**
 * A 428 that asks for `If-Match`, or for `If-None-Match: *` to create.
 *
 * @example
 * preconditionRequired().status; // 428
 * @see RFC 6585 §3
 */
export function preconditionRequired(): Response {
  return refusal(conditionMissing(), null);
}

function refusal(problem: Problem, current: Current, method?: string): Response {
  const headers = new Headers(validatorFields(current));
  headers.set("Content-Type", "application/problem+json");
  return new Response(method === "HEAD" ? null : JSON.stringify(problem), {
    status: problem.status,
    headers,
  });
}
