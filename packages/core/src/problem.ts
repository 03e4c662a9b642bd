import { type EntityTag, isWeak } from "./entity-tag.ts";
import { type ConditionalRequest, type Decision, isRead, type Policy, requires } from "./evaluate.ts";
import { ifMatch } from "./preconditions.ts";
import { type Current, type State, timeOf } from "./state.ts";
import { isReadable, isStar, parseTagList } from "./tag-list.ts";

/** A problem document, as plain data: the body of an `application/problem+json`. @see RFC 9457 §3 */
export interface ProblemDocument {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** The reason for the answer, and the next step. */
  readonly detail: string;
}

/**
 * A refusal of conditions as problem details, for machines and people. It is plain data, because Node's adapter makes
 * no `Response` of it (decision 2).
 */
export interface Problem extends ProblemDocument {
  readonly status: 400 | 412 | 428;
  /** The field that was refused, or that is missing. */
  readonly field: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  428: "Precondition Required",
  500: "Internal Server Error",
  503: "Service Unavailable",
  507: "Insufficient Storage",
};
const FIELDS = {
  "if-match": "If-Match",
  "if-none-match": "If-None-Match",
  "if-unmodified-since": "If-Unmodified-Since",
} as const;
const AGAIN = "GET it again, apply your change to it, and send its";
const STAR_ALONE = "The resource has no strong tag, so only If-Match: * can hold.";

/**
 * A problem document with the title of its status, and members of its own.
 *
 * @throws {TypeError} if the status is not a number
 * @example
 * problemDocument(404, "No page has this name.").title; // "Not Found"
 * @see RFC 9457 §3
 */
export function problemDocument<Status extends number, Members extends object = object>(
  status: Status,
  detail: string,
  members?: Members,
): ProblemDocument & { readonly status: Status } & Members {
  if (typeof status !== "number")
    throw new TypeError(`The status is ${String(status)}: use a number, such as 404`);
  return { type: "about:blank", title: TITLES[status] ?? "", status, detail, ...(members as Members) };
}

/**
 * The problem that explains a refusal, or `undefined` if the decision is not a refusal. `policy`: the policy of the
 * decision.
 *
 * The advice works under that policy: a client that follows it is not refused for another reason.
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
  if (decision.outcome === "precondition-required") return conditionMissing(request.method, current, policy);
  if (decision.outcome === "bad-request") return problem(400, decision.because, unreadable(decision.because));
  if (decision.outcome !== "precondition-failed") return undefined;
  const { because } = decision;
  const why = whyFailed(because, request, current, policy);
  return problem(
    412,
    because,
    isRead(request.method) ? `${why} Send the request again without ${FIELDS[because]}.` : why,
  );
}

/** The version that was judged is no longer the current one. `undefined`: the current one is not known. */
export function lostRace(current: Current | undefined): Problem {
  const next = current === undefined ? `${AGAIN} ETag in If-Match.` : whatNext(current);
  return problem(412, "if-match", `Another change came first. ${next}`);
}

/** `undefined`: the current state is not known. */
export function conditionMissing(method?: string, current?: Current, policy?: Policy): Problem {
  return problem(428, "if-match", whatToSend(method, current, policy));
}

function whatToSend(method?: string, current?: Current, policy?: Policy): string {
  if (current === null) return nothingHere(method);
  if (current !== undefined && !hasUsableTag(current, policy)) return `${STAR_ALONE} Send it.`;
  const creating = current === undefined && method !== "DELETE" ? ", or If-None-Match: * to create it" : "";
  return `GET it first and send its ETag in If-Match to change it${creating}.`;
}

function whyFailed(
  because: keyof typeof FIELDS,
  { method, headers }: ConditionalRequest,
  current: Current,
  policy?: Policy,
): string {
  const field = headers.get(because) ?? "";
  const next = isRead(method) ? "" : ` ${whatNext(current, policy, method)}`;
  if (because === "if-unmodified-since") return `The resource was modified after that date.${next}`;
  if (!isReadable(field)) return unreadable(because);
  if (because === "if-none-match") {
    const why = isStar(field)
      ? "The resource exists already."
      : "If-None-Match excludes the current version.";
    return `${why}${next}`;
  }
  if (parseTagList(field)?.length === 0) return `If-Match names no tag, so it matches no version.${next}`;
  if (current !== null && ifMatch(field, current, "weak")) return whyTooWeak(field, current, next);
  return current === null
    ? `The resource does not exist, so If-Match does not hold.${next}`
    : `No tag in If-Match is the current one.${next}`;
}

/**
 * A tag of the field is the current one, but does not match. If the tags differ only by `W/`, a proxy added it and may
 * do so again, so another GET would not help.
 */
function whyTooWeak(field: string, current: State, next: string): string {
  const compared = "and If-Match compares strongly.";
  const unmarked = (tag: EntityTag) => (isWeak(tag) ? tag.slice(2) : tag);
  const tags = [...parseTagList(field)!] as EntityTag[];
  const isMarked = tags.some((tag) => ifMatch(unmarked(tag), current));
  if (!isMarked) return `The current tag is weak, ${compared}${next}`;
  return `The tag is the current one, but weak, ${compared}${next && " Send it without W/."}`;
}

/** How the same change can succeed. */
function whatNext(current: Current, policy?: Policy, method = ""): string {
  if (current === null) return nothingHere(method);
  if (hasUsableTag(current, policy)) return `${AGAIN} ETag in If-Match.`;
  // A date alone does not satisfy `require`, and a future date is sent as the current time.
  const { lastModified } = current;
  const isDateEnough = !requires(policy?.require, method);
  if (lastModified !== undefined && isDateEnough && timeOf(lastModified) <= (policy?.now ?? Date.now())) {
    return `${AGAIN} Last-Modified in If-Unmodified-Since.`;
  }
  return STAR_ALONE;
}

function nothingHere(method?: string): string {
  return method === "DELETE" ? "There is no resource to delete." : "Send If-None-Match: * to create it.";
}

function hasUsableTag({ etag }: State, policy?: Policy): boolean {
  return etag !== undefined && (policy?.ifMatch === "weak" || !isWeak(etag));
}

function unreadable(because: "if-match" | "if-none-match"): string {
  return `${FIELDS[because]} cannot be read: send *, or entity tags in double quotes, separated by commas.`;
}

function problem(status: Problem["status"], because: keyof typeof FIELDS, detail: string): Problem {
  return problemDocument(status, detail, { field: FIELDS[because] });
}
