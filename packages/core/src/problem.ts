import type { ConditionalRequest, Decision } from "./evaluate.ts";
import { type Current, ifMatch } from "./preconditions.ts";
import { isReadable, isStar } from "./tag-list.ts";

/** A refusal in words, for a machine and for a person: the body of an `application/problem+json`. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: 400 | 412 | 428;
  /** What did not hold, and what to do next. */
  readonly detail: string;
  /** The field that was refused, or that is missing. */
  readonly field: string;
}

const TITLES = { 400: "Bad Request", 412: "Precondition Failed", 428: "Precondition Required" } as const;
const FIELDS = {
  "if-match": "If-Match",
  "if-none-match": "If-None-Match",
  "if-unmodified-since": "If-Unmodified-Since",
} as const;
const AGAIN = "GET it again, apply your change to what is there now, and send its ETag in If-Match.";

/**
 * The problem that explains a refusal, or `undefined` if the decision refuses nothing.
 *
 * @example
 * const request = { method: "PUT", headers: new Headers({ "If-Match": '"v1"' }) };
 * const current = { etag: strong("v2") };
 * explain(evaluate(request, current), request, current)?.status; // 412
 * @see RFC 9457 §3
 */
export function explain(
  decision: Decision,
  request: ConditionalRequest,
  current: Current,
): Problem | undefined {
  if (decision.outcome === "precondition-required") return conditionMissing();
  if (decision.outcome === "bad-request") return problem(400, decision.because, unreadable(decision.because));
  if (decision.outcome !== "precondition-failed") return undefined;
  const { because } = decision;
  return problem(412, because, whyFailed(because, request.headers.get(because) ?? "", current));
}

/** What was current when the request was judged is so no longer. */
export function overtaken(current: Current): Problem {
  return problem(412, "if-match", notCurrent(current));
}

export function conditionMissing(): Problem {
  const detail = "GET it first and send its ETag in If-Match to change it, or If-None-Match: * to create it.";
  return problem(428, "if-match", detail);
}

function whyFailed(because: keyof typeof FIELDS, field: string, current: Current): string {
  if (because === "if-unmodified-since") return `It was modified after that date. ${AGAIN}`;
  if (!isReadable(field)) return unreadable(because);
  if (because === "if-none-match") {
    return isStar(field)
      ? "Something is here already. GET it and send its ETag in If-Match to change it."
      : "What is here is one of the versions that If-None-Match excludes.";
  }
  if (current !== null && ifMatch(field, current, "weak")) {
    return "The tag is the current one, but weak, and If-Match compares strongly: send a strong one.";
  }
  return notCurrent(current);
}

function notCurrent(current: Current): string {
  if (current === null) return "Nothing is here, so no tag can match. Send If-None-Match: * to create it.";
  return `None of the tags is the current one. ${AGAIN}`;
}

function unreadable(because: "if-match" | "if-none-match"): string {
  return `${FIELDS[because]} cannot be read: send *, or entity tags in double quotes, separated by commas.`;
}

function problem(status: Problem["status"], because: keyof typeof FIELDS, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status], status, detail, field: FIELDS[because] };
}
