import type { Policy } from "@entity-tag/core";

/**
 * RFC 9110 §13.2.1 and §13.2.2 again, sentence by sentence, with our choices. It reads no fields: it is given the
 * result of each condition by §13.1, and says what follows. `evaluate` must always agree with it.
 */
export type Said = "absent" | "true" | "false" | "unreadable";

export interface Question {
  method: string;
  /** Does the resource exist? */
  here: boolean;
  ifMatch: Said;
  /** "unreadable": the field or the state has no value to compare. */
  ifUnmodifiedSince: Said;
  ifNoneMatch: Said;
  ifModifiedSince: Said;
  ifRange: Said;
  range: boolean;
}

/**
 * The decision as a text: `outcome because`, or for "proceed" `proceed whole` or `proceed part`. It calls `need` for
 * every field that the decision depends on.
 */
export function transcription(asked: Question, policy: Policy, need: (field: string) => void): string {
  const { method } = asked;
  const isRead = method === "GET" || method === "HEAD" || method === "QUERY";

  // §13.2.1: "a server MUST ignore the conditional request header fields … when received with a request method
  // that does not involve the selection or modification of a selected representation, such as CONNECT, OPTIONS,
  // or TRACE."
  if (method === "CONNECT" || method === "OPTIONS" || method === "TRACE") return "proceed whole";

  // §13.2.1: a server ignores all conditions when its answer without them would be other than a 2xx or 412. A read
  // of an absent resource is a 404.
  if (isRead && !asked.here) return "proceed whole";

  // RFC 6585 §3, and our choice that only the two fields of tags satisfy it. A read is never refused because it has
  // no condition.
  need("if-match");
  const required = policy.require === true ? ["PUT", "PATCH", "DELETE"] : policy.require || [];
  if (!isRead && required.includes(method) && asked.ifMatch === "absent") {
    need("if-none-match");
    if (asked.ifNoneMatch === "absent") return "precondition-required";
  }

  // 1. When recipient is the origin server and If-Match is present, evaluate the If-Match precondition:
  //    if true, continue to step 3; if false, respond 412 (Precondition Failed).
  if (asked.ifMatch === "false") return "precondition-failed if-match";
  if (asked.ifMatch === "unreadable" && !isRead) return unreadable("if-match", policy);

  // 2. When recipient is the origin server, If-Match is not present, and If-Unmodified-Since is present, evaluate
  //    the If-Unmodified-Since precondition: if true, continue to step 3; if false, respond 412.
  if (asked.ifMatch === "absent") {
    need("if-unmodified-since");
    if (asked.ifUnmodifiedSince === "false") return "precondition-failed if-unmodified-since";
  }

  // 3. When If-None-Match is present, evaluate the If-None-Match precondition: if true, continue to step 5; if
  //    false for GET/HEAD, respond 304 (Not Modified); if false for other methods, respond 412.
  need("if-none-match");
  if (asked.ifNoneMatch === "false") {
    return isRead ? "not-modified if-none-match" : "precondition-failed if-none-match";
  }
  if (asked.ifNoneMatch === "unreadable" && !isRead) return unreadable("if-none-match", policy);

  // 4. When the method is GET or HEAD, If-None-Match is not present, and If-Modified-Since is present, evaluate
  //    the If-Modified-Since precondition: if true, continue to step 5; if false, respond 304.
  if (isRead && asked.ifNoneMatch === "absent") {
    need("if-modified-since");
    if (asked.ifModifiedSince === "false") return "not-modified if-modified-since";
  }

  // 5. When the method is GET (and QUERY, RFC 10008 §2.8) and both Range and If-Range are present, evaluate the
  // If-Range precondition: if    true and the Range is applicable, respond 206; otherwise ignore the Range.
  if (method !== "GET" && method !== "QUERY") return "proceed whole";
  need("range");
  if (!asked.range) return "proceed whole";
  need("if-range");
  return asked.ifRange === "absent" || asked.ifRange === "true" ? "proceed part" : "proceed whole";
}

/** The law above the others: a condition that cannot be read never authorises a write. */
function unreadable(field: string, policy: Policy): string {
  return policy.malformed === "reject" ? `bad-request ${field}` : `precondition-failed ${field}`;
}
