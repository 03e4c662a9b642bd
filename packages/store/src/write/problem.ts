import { problemDocument } from "@entity-tag/core/adapter";

const ERRORS = "https://github.com/entity-tag/entity-tag/blob/main/docs/guides/errors.md";

/**
 * The types of problems that refuse a change although its condition held. From the type, a client knows without
 * reading prose that another try on a newer version will not help.
 *
 * @see RFC 9457 §3.1.1
 */
export const PROBLEM_TYPES = {
  /** 422: `validate` refused the value, or the database cannot hold it. */
  invalidValue: `${ERRORS}#invalid-value`,
  /** 409: a constraint of the database refused the value. */
  constraint: `${ERRORS}#constraint`,
} as const;

interface ProblemOptions {
  headers?: Record<string, string>;
  /** Default: `about:blank`, which means no more than the status. */
  type?: string;
}

/** A refusal as problem details, for machines and people. @see RFC 9457 §3 */
export function problem(
  status: number,
  detail: string,
  { headers = {}, type = "about:blank" }: ProblemOptions = {},
): Response {
  const body = JSON.stringify(problemDocument(status, detail, { type }));
  return new Response(body, { status, headers: { ...headers, "Content-Type": "application/problem+json" } });
}

/** The value may not be stored, although the condition held. */
export function invalidValue(detail: string): Response {
  return problem(422, detail, { type: PROBLEM_TYPES.invalidValue });
}

/** A constraint of the database refused the value, although the condition held. */
export function constraintViolated(detail: string): Response {
  return problem(409, detail, { type: PROBLEM_TYPES.constraint });
}

/** The store cannot be read now. */
export function unreadableNow(): Response {
  const detail = "The store cannot be read at the moment. Send the request again after a moment.";
  return problem(503, detail, { headers: { "Retry-After": "1" } });
}

/** Other writers were faster each time, or the store cannot write now: nothing was written. */
export function busy(): Response {
  const detail =
    "The store cannot write this at the moment. Nothing was changed; send the request again after a moment.";
  return problem(503, detail, { headers: { "Retry-After": "1" } });
}

/** The store has no room: nothing was written. */
export function full(): Response {
  const detail = "The store is full. Nothing was changed; send the request again later.";
  return problem(507, detail, { headers: { "Retry-After": "60" } });
}

export function notFound(): Response {
  return problem(404, "This resource does not exist.");
}
