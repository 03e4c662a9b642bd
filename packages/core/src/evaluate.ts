import { type Current, type Field, ifMatch, ifModifiedSince, ifNoneMatch, ifRange } from "./preconditions.ts";
import { isReadable } from "./tag-list.ts";

/** What a decision needs to know of a request. A `Request` fits; field names are asked for in lower case. */
export interface ConditionalRequest {
  readonly method: string;
  readonly headers: { get(name: string): string | null | undefined };
}

/** What the standard leaves to the origin. */
export interface Policy {
  /** `"weak"` departs from §13.1.1, for an origin behind a proxy that weakens tags. Default: `"strong"`. */
  ifMatch?: "strong" | "weak" | undefined;
  /** Which writes need `If-Match` or `If-None-Match`; `true`: PUT, PATCH and DELETE. Default: none. */
  require?: boolean | readonly string[] | undefined;
  /** How a write with an unreadable condition is refused: 412 (`"fail"`, the default) or 400 (`"reject"`). */
  malformed?: "fail" | "reject" | undefined;
  /** Milliseconds since the epoch; settles the century of a two-digit year. Default: the clock. */
  now?: number | undefined;
}

/** What the conditions of a request come to. Shared and frozen: compare by `outcome`, or by identity. */
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
 * What to do with a request, judged by its conditions against the current state, in the standard's order.
 *
 * A condition that cannot be read never authorises a write and never withholds a body. `proceed` on a read says in
 * `range` whether a `Range` in the request may be honoured. Each field is read once at most, and only if the order
 * of asking comes to it. A read of what is not here (`null`) always proceeds: to its 404.
 *
 * @throws {TypeError} if a tag or a time in `current` is none
 * @example
 * const request = new Request("https://example.com/", { headers: { "If-None-Match": '"v1"' } });
 * evaluate(request, { etag: '"v1"' }).outcome; // "not-modified"
 * @see RFC 9110 §13.2.2
 */
export function evaluate(
  { method, headers }: ConditionalRequest,
  current: Current,
  policy?: Policy,
): Decision {
  const read = isRead(method);
  // §13.2.1: what would be neither 2xx nor 412 without conditions is not judged.
  if (read ? current === null : isNeverJudged(method)) return PROCEED;

  const match = headers.get("if-match");
  let noneMatch: Field;
  if (match == null) {
    if (!read && requires(policy?.require, method)) {
      noneMatch = headers.get("if-none-match");
      if (noneMatch == null) return REQUIRED;
    }
    if (ifModifiedSince(headers.get("if-unmodified-since"), current, policy?.now))
      return FAILED_IF_UNMODIFIED_SINCE;
  } else if (!ifMatch(match, current, policy?.ifMatch) && (!read || isReadable(match))) {
    return isRejected(match, policy) ? BAD_IF_MATCH : FAILED_IF_MATCH;
  }

  noneMatch ??= headers.get("if-none-match");
  if (noneMatch == null) {
    if (read && ifModifiedSince(headers.get("if-modified-since"), current, policy?.now) === false)
      return NOT_MODIFIED_BY_DATE;
  } else if (!ifNoneMatch(noneMatch, current) || !(read || isReadable(noneMatch))) {
    if (read) return NOT_MODIFIED_BY_TAG;
    return isRejected(noneMatch, policy) ? BAD_IF_NONE_MATCH : FAILED_IF_NONE_MATCH;
  }

  const mayHonourRange =
    method === "GET" &&
    headers.get("range") != null &&
    ifRange(headers.get("if-range"), current, policy?.now) !== false;
  return mayHonourRange ? PROCEED_WITH_RANGE : PROCEED;
}

/**
 * Whether the method is GET, HEAD or QUERY, whose answer may be judged when it is there, and merely not be sent.
 *
 * @example
 * isRead("QUERY"); // true
 * @see RFC 9110 §13.2.1
 */
export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "QUERY";
}

/**
 * Whether an answer with this status to this method sends a representation, which conditions can be about.
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

function requires(required: Policy["require"], method: string): boolean {
  return !!required && (required === true ? WRITES : required).includes(method);
}

/** Of a refused write: was it for want of a condition that can be read, and is that to be 400? */
function isRejected(field: string, policy?: Policy): boolean {
  return policy?.malformed === "reject" && !isReadable(field);
}
