/**
 * One request against one state, and the answer that RFC 9110 demands. A row is plain data, and `rows.json` has the
 * same rows for projects in other languages.
 *
 * @see RFC 9110 §13
 */
export interface Row {
  /** The name of this row. It is never reused: a row with another request gets another id. */
  id: string;
  /** The correct behaviour in one sentence, with the condition first. */
  title: string;
  /** The section that decides it: of RFC 9110, unless another document is named. */
  section: string;
  /** How strongly the section demands it. `quality`: the section leaves it open, and users notice the difference. */
  level: Level;
  /** The reason, for a reader without the section. */
  why: string;
  /** `wire`: the row needs a raw connection, because `fetch` joins lines, trims values or refuses the method. */
  needs: "fetch" | "wire";
  /** The resource before the request. `null`: it does not exist. `{}`: it exists, without a validator. */
  state: State | null;
  /** The settings of the server that the row is about. If left out, they are the defaults. */
  policy?: Policy;
  request: RowRequest;
  expect: Expectation;
  /** Other answers that are right, and the party that may choose each. */
  also?: readonly Latitude[];
}

/** The words of RFC 2119, and `quality` for what the section leaves open. */
export type Level = "MUST" | "SHOULD" | "MAY" | "quality";

/** A field line, as Latin-1 text: each character is one octet. */
export type Line = readonly [name: string, value: string];

/** The state of a resource. Its content is `representation`, unless `content` has another. */
export interface State {
  /** The entity tag of the selected representation, as in the field `ETag`. */
  etag?: string;
  /** Tags of other forms of this same version. */
  alternates?: readonly string[];
  /** Codings that a compressor may apply: with `["gzip"]`, the tag `"v1-gzip"` means `"v1"`, too. */
  codings?: readonly string[];
  /** Milliseconds since 1970. */
  lastModified?: number;
  /** Whether `lastModified` is a strong validator (RFC 9110 §8.8.2.2). */
  lastModifiedStrong?: boolean;
  /** Fields of a 200 other than its validators. */
  fields?: Readonly<Record<string, string>>;
  /** The content, if it is not `representation`. */
  content?: string;
}

/** The choices of the server that a row depends on. */
export interface Policy {
  /** `weak`: the origin compares `If-Match` weakly, because a proxy in front of it weakens its tags. */
  ifMatch?: "strong" | "weak";
  /** Methods that must come with a condition: PUT, PATCH and DELETE for `true` (RFC 6585 §3). */
  require?: boolean | readonly string[];
  /** `reject`: an invalid condition is answered 400 instead of 412. */
  malformed?: "fail" | "reject";
  /** The server's clock, in milliseconds since 1970, if the row depends on it. */
  now?: number;
}

/** The request that a row sends. */
export interface RowRequest {
  method: string;
  /** Field lines, in the order of sending. A repeated name is a repeated line. */
  headers: readonly Line[];
  body?: string;
}

/** The decision on a request, in the words of core. */
export type Outcome =
  | "proceed"
  | "not-modified"
  | "precondition-failed"
  | "precondition-required"
  | "bad-request";

/** The answer that the row demands. */
export interface Expectation {
  /** The decision. `proceed`: the answer is that of a request without conditions. */
  outcome: Outcome;
  /** The condition that decided it, in lower case. */
  because?: string;
  /** Whether a `Range` may be honoured. It is left out if the request has no `Range` to honour. */
  range?: boolean;
  /** Any of these statuses is right. */
  status: readonly number[];
  /** `whole` and `part` (the first four octets) of the content, `none`, or `any`. */
  body: "whole" | "part" | "none" | "any";
  /** Fields of the answer: the required value, `null` for a field that must be absent, or a forbidden value. */
  fields?: Readonly<Record<string, string | null | { not: string }>>;
  /** Whether the method may have been performed. */
  effect: "none" | "any";
  /** `answered`: the same connection must answer a plain GET afterwards, unless it was closed properly. */
  next?: "answered";
}

/** Another answer that is right. A member that is left out is as in `expect`. */
export interface Latitude extends Partial<Omit<Expectation, "because">> {
  status: readonly number[];
  /** Who chooses it: the origin server by its own policy, or any server that has not read the whole message yet. */
  chosenBy: "the origin server" | "the server, while it reads the message";
  why: string;
}
