import { isWeak } from "./entity-tag.ts";
import { type ConditionalRequest, type Decision, isRead, type Policy } from "./evaluate.ts";
import { type Current, ifMatch, type State } from "./preconditions.ts";
import { isReadable, isStar, parseTagList } from "./tag-list.ts";

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
const AGAIN = "GET it again, apply your change to what is there now, and send its";

/**
 * The problem that explains a refusal, or `undefined` if the decision refuses nothing. `policy`: the one it was made by.
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
  policy?: Policy,
): Problem | undefined {
  if (decision.outcome === "precondition-required") return conditionMissing(request.method);
  if (decision.outcome === "bad-request") return problem(400, decision.because, unreadable(decision.because));
  if (decision.outcome !== "precondition-failed") return undefined;
  const { because } = decision;
  const why = whyFailed(because, request, current, policy?.ifMatch);
  return problem(412, because, isRead(request.method) ? `${why} Ask again without ${FIELDS[because]}.` : why);
}

/** What was current when the request was judged is so no longer. `undefined`: nobody says what is here now. */
export function lostRace(current: Current | undefined): Problem {
  const next = current === undefined ? `${AGAIN} ETag in If-Match.` : whatNext(current);
  return problem(412, "if-match", `Another change came first. ${next}`);
}

export function conditionMissing(method?: string): Problem {
  const creating = method === "DELETE" ? "" : ", or If-None-Match: * to create it";
  return problem(428, "if-match", `GET it first and send its ETag in If-Match to change it${creating}.`);
}

function whyFailed(
  because: keyof typeof FIELDS,
  { method, headers }: ConditionalRequest,
  current: Current,
  comparison?: Policy["ifMatch"],
): string {
  const field = headers.get(because) ?? "";
  const next = isRead(method) ? "" : ` ${whatNext(current, comparison, method)}`;
  if (because === "if-unmodified-since") return `It was modified after that date.${next}`;
  if (!isReadable(field)) return unreadable(because);
  if (because === "if-none-match") {
    const which = isStar(field) ? "Something" : "A version that If-None-Match excludes";
    return `${which} is here already.${next}`;
  }
  if (parseTagList(field)?.length === 0) return "If-Match names no tag, so none can match.";
  if (current !== null && ifMatch(field, current, "weak")) return `${whyTooWeak(current)}${next}`;
  return current === null
    ? `Nothing is here, so nothing can match.${next}`
    : `None of the tags is the current one.${next}`;
}

/** The tag is the current one, and does not match for all that. */
function whyTooWeak({ etag }: State): string {
  const which =
    etag !== undefined && isWeak(etag) ? "The current tag is weak" : "The tag is the current one, but weak";
  return `${which}, and If-Match compares strongly.`;
}

/** How the same change may succeed. */
function whatNext(current: Current, comparison?: Policy["ifMatch"], method?: string): string {
  if (current === null)
    return method === "DELETE" ? "Nothing is left to delete." : "Send If-None-Match: * to create it.";
  const { etag, lastModified } = current;
  if (etag !== undefined && (comparison === "weak" || !isWeak(etag))) return `${AGAIN} ETag in If-Match.`;
  if (lastModified !== undefined) return `${AGAIN} Last-Modified in If-Unmodified-Since.`;
  return "It has no strong tag: of the conditions, only If-Match: * can hold.";
}

function unreadable(because: "if-match" | "if-none-match"): string {
  return `${FIELDS[because]} cannot be read: send *, or entity tags in double quotes, separated by commas.`;
}

function problem(status: Problem["status"], because: keyof typeof FIELDS, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status], status, detail, field: FIELDS[because] };
}
