import { isRecord } from "./given.ts";
import { POLICY_RULES } from "./option-rules.ts";
import {
  type Field,
  ifMatch,
  ifModifiedSince,
  ifRange,
  ifUnmodifiedSince,
  namesNone,
} from "./preconditions.ts";
import { type Current, checkValidators, plainName } from "./state.ts";
import { isReadable } from "./tag-list.ts";

/** The parts of a request that a decision needs. A `Request` fits. `get` is called with names in lower case. */
export interface ConditionalRequest {
  readonly method: string;
  readonly headers: {
    /** The value of a field; `null` or `undefined`: the request does not have it. */
    get(name: string): string | null | undefined;
  };
}

/** Choices that the standard leaves to the origin server. */
export interface Policy {
  /** `"weak"` departs from §13.1.1, for an origin behind a proxy that weakens tags. Default: `"strong"`. */
  ifMatch?: "strong" | "weak" | undefined;
  /** The writes that need `If-Match` or `If-None-Match`; `true`: PUT, PATCH and DELETE. Default: no method. */
  require?: boolean | readonly string[] | undefined;
  /** How a write with an unreadable condition is refused: 412 (`"fail"`, the default) or 400 (`"reject"`). */
  malformed?: "fail" | "reject" | undefined;
  /** Milliseconds since the epoch. It decides the century of a two-digit year. Default: the clock. */
  now?: number | undefined;
}

/** The decision on a request. Decisions are shared and frozen: compare them by `outcome`, or by identity. */
export type Decision =
  | { readonly outcome: "proceed"; readonly range: boolean }
  | { readonly outcome: "not-modified"; readonly because: "if-none-match" | "if-modified-since" }
  | {
      readonly outcome: "precondition-failed";
      readonly because: "if-match" | "if-unmodified-since" | "if-none-match";
    }
  | { readonly outcome: "precondition-required" }
  | { readonly outcome: "bad-request"; readonly because: "if-match" | "if-none-match" };

const WRITES: readonly string[] = ["PUT", "PATCH", "DELETE"];

const PROCEED = /* @__PURE__ */ Object.freeze({ outcome: "proceed", range: false });
const PROCEED_WITH_RANGE = /* @__PURE__ */ Object.freeze({ outcome: "proceed", range: true });
const NOT_MODIFIED_BY_TAG = /* @__PURE__ */ Object.freeze({
  outcome: "not-modified",
  because: "if-none-match",
});
const NOT_MODIFIED_BY_DATE = /* @__PURE__ */ Object.freeze({
  outcome: "not-modified",
  because: "if-modified-since",
});
const FAILED_IF_MATCH = /* @__PURE__ */ Object.freeze({
  outcome: "precondition-failed",
  because: "if-match",
});
const FAILED_IF_UNMODIFIED_SINCE = /* @__PURE__ */ Object.freeze({
  outcome: "precondition-failed",
  because: "if-unmodified-since",
});
const FAILED_IF_NONE_MATCH = /* @__PURE__ */ Object.freeze({
  outcome: "precondition-failed",
  because: "if-none-match",
});
const REQUIRED = /* @__PURE__ */ Object.freeze({ outcome: "precondition-required" });
const BAD_IF_MATCH = /* @__PURE__ */ Object.freeze({ outcome: "bad-request", because: "if-match" });
const BAD_IF_NONE_MATCH = /* @__PURE__ */ Object.freeze({ outcome: "bad-request", because: "if-none-match" });

/**
 * The decision on a request, by its conditions and the current state, in the standard's order.
 *
 * An unreadable condition never authorises a write and never withholds a body. `proceed` on a read says in `range`
 * whether a `Range` in the request may be honoured. Each field is read at most once, and only if the order reaches
 * it. A read of an absent resource (`null`) always proceeds to its 404.
 *
 * @throws {TypeError} if `current` is not a state, a tag or a time in it is not valid, `headers` is a plain object, or
 * the policy has an unknown member or a wrong value
 * @example
 * const request = new Request("https://example.com/", { headers: { "If-None-Match": '"v1"' } });
 * evaluate(request, { etag: '"v1"' }).outcome; // "not-modified"
 * @see RFC 9110 §13.2.2
 */
export function evaluate(request: ConditionalRequest, current: Current, policy?: Policy): Decision {
  // The same policy is often given again.
  if (policy !== undefined && policy !== lastPolicy) lastPolicy = checkedPolicy(policy);
  return decide(request, current, policy);
}

let lastPolicy: Policy | undefined;

/** Checks a policy, because a misspelt `require`, a misspelt method in it or an invalid `now` would protect nothing. */
function checkedPolicy(policy: Policy): Policy {
  if (!isRecord(policy))
    throw new TypeError(`evaluate() was given ${String(policy)}: use an object of options`);
  for (const name in policy) if (!Object.hasOwn(POLICY_RULES, name)) throw unknownOption(name);
  for (const name in POLICY_RULES) {
    const value = policy[name as keyof Policy];
    const { accepts, use } = POLICY_RULES[name]!;
    if (value !== undefined && !accepts(value as never))
      throw new TypeError(`evaluate(): \`${name}\` is ${String(value)}: use ${use}`);
  }
  return policy;
}

function unknownOption(name: string): TypeError {
  const names = Object.keys(POLICY_RULES);
  const meant = names.find((known) => plainName(known).startsWith(plainName(name).slice(0, 3)));
  const hint = meant ? `did you mean \`${meant}\`?` : `use ${names.join(", ")}`;
  return new TypeError(`evaluate() has no option \`${name}\`: ${hint}`);
}

/**
 * {@link evaluate} with a policy that was checked before. The policy may be all options of an adapter, because their
 * names are not checked.
 *
 * @example
 * const request = { method: "GET", headers: new Headers({ "If-None-Match": '"v1"' }) };
 * decide(request, { etag: '"v1"' }).outcome; // "not-modified"
 * @see RFC 9110 §13.2.2
 */
export function decide(request: ConditionalRequest, current: Current, policy?: Policy): Decision {
  checkRequest(request);
  checkValidators(current);
  const { method, headers } = request;
  const reading = isRead(method);
  // §13.2.1: without conditions the answer would be neither 2xx nor 412, so the request is not judged.
  if (reading ? current === null : isNeverJudged(method)) return PROCEED;

  const match = headers.get("if-match");
  let noneMatch: Field;
  // We choose (decision 3): a missing condition is answered before any date is read.
  if (match == null && !reading && requires(policy?.require, method)) {
    noneMatch = headers.get("if-none-match");
    if (noneMatch == null) return REQUIRED;
  }
  // Most requests have no condition. So each step is called only if its field is there.
  let decided: Decision | undefined;
  if (match != null) decided = step1IfMatch(match, reading, current, policy);
  else {
    const unmodifiedSince = headers.get("if-unmodified-since");
    if (unmodifiedSince != null) decided = step2IfUnmodifiedSince(unmodifiedSince, current, policy);
  }
  if (decided !== undefined) return decided;

  noneMatch ??= headers.get("if-none-match");
  if (noneMatch != null) decided = step3IfNoneMatch(noneMatch, reading, headers, current, policy);
  else if (reading) {
    const modifiedSince = headers.get("if-modified-since");
    if (modifiedSince != null) decided = step4IfModifiedSince(modifiedSince, current, policy);
  }
  if (decided !== undefined) return decided;

  // QUERY has ranges like GET (RFC 10008 §2.8).
  const range = reading && method !== "HEAD" ? headers.get("range") : null;
  return range == null ? PROCEED : step5IfRange(headers.get("if-range"), current, policy);
}

/** Checks what a program gives. Its messages are separate, so that engines inline the check. */
export function checkRequest(request: ConditionalRequest): void {
  if (!canBeAsked(request?.headers) || typeof request.method !== "string") throw unusable(request);
}

/**
 * A `Headers` finds a field in any case of its name. A plain object or a `Map` might miss a field that protects.
 */
function canBeAsked(headers: ConditionalRequest["headers"] | undefined): boolean {
  return typeof headers?.get === "function" && !(isMap(headers) && hidesFields(headers));
}

function unusable(request: ConditionalRequest | undefined): TypeError {
  if (canBeAsked(request?.headers)) {
    return new TypeError(`The method is ${String(request?.method)}: use a Request, or { method, headers }`);
  }
  return new TypeError(
    `The headers are ${String(request?.headers)}: use a Headers, or headersOf(req.headers) from @entity-tag/core/adapter`,
  );
}

/** Also true for a `Map` of another realm, and cheaper than `instanceof`. */
function isMap(headers: object): headers is Map<string, string> {
  return (headers as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Map";
}

function hidesFields(map: Map<string, unknown>): boolean {
  return [...map.keys()].some((name) => name !== name.toLowerCase());
}

/**
 * §13.2.2, step 1: if `If-Match` does not hold, 412. We choose (decision 3): a read is not refused for a field that
 * cannot be read.
 */
function step1IfMatch(
  field: string,
  reading: boolean,
  current: Current,
  policy?: Policy,
): Decision | undefined {
  if (ifMatch(field, current, policy?.ifMatch)) return undefined;
  if (isReadable(field)) return FAILED_IF_MATCH;
  if (reading) return undefined;
  return policy?.malformed === "reject" ? BAD_IF_MATCH : FAILED_IF_MATCH;
}

/** §13.2.2, step 2: without `If-Match`, if `If-Unmodified-Since` does not hold, 412. */
function step2IfUnmodifiedSince(field: string, current: Current, policy?: Policy): Decision | undefined {
  return ifUnmodifiedSince(field, current, policy?.now) === false ? FAILED_IF_UNMODIFIED_SINCE : undefined;
}

/** §13.2.2, step 3: if `If-None-Match` does not hold, 304 for a read and 412 for all other methods. */
function step3IfNoneMatch(
  field: string,
  reading: boolean,
  headers: ConditionalRequest["headers"],
  current: Current,
  policy?: Policy,
): Decision | undefined {
  if (reading) {
    const accepted = current?.codings && headers.get("accept-encoding");
    return namesNone(field, current, accepted) ? undefined : NOT_MODIFIED_BY_TAG;
  }
  // A write is about the version, and the tag of any coding names the version, whatever codings the client accepts.
  if (!namesNone(field, current, "*")) return FAILED_IF_NONE_MATCH;
  if (isReadable(field)) return undefined;
  return policy?.malformed === "reject" ? BAD_IF_NONE_MATCH : FAILED_IF_NONE_MATCH;
}

/**
 * §13.2.2, step 4: for a read without `If-None-Match`, if `If-Modified-Since` does not hold, 304.
 */
function step4IfModifiedSince(field: string, current: Current, policy?: Policy): Decision | undefined {
  return ifModifiedSince(field, current, policy?.now) === false ? NOT_MODIFIED_BY_DATE : undefined;
}

/** §13.2.2, step 5: a `Range` may be honoured if `If-Range` holds or is absent. */
function step5IfRange(field: Field, current: Current, policy?: Policy): Decision {
  return ifRange(field, current, policy?.now) === false ? PROCEED : PROCEED_WITH_RANGE;
}

/**
 * True for GET, HEAD and QUERY. Their answer may be judged after it was made, because it need not be sent.
 *
 * @example
 * isRead("QUERY"); // true
 * @see RFC 9110 §13.2.1
 */
export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "QUERY";
}

/**
 * True when an answer with this status to this method sends a representation, so that conditions can apply to it.
 *
 * @example
 * isTransfer("GET", 200); // true
 * isTransfer("GET", 404); // false
 * @see RFC 9110 §13.2.1
 */
export function isTransfer(method: string, status: number): boolean {
  return isRead(method) && status >= 200 && status <= 299 && status !== 204 && status !== 205;
}

/** §13.2.1: methods that neither select nor change a representation. */
function isNeverJudged(method: string): boolean {
  return method === "OPTIONS" || method === "CONNECT" || method === "TRACE";
}

export function requires(required: Policy["require"], method: string): boolean {
  return !!required && (required === true ? WRITES : required).includes(method);
}
