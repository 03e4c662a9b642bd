/**
 * One request against one state, and what RFC 9110 makes of it. A row is plain data: it is the same in
 * `rows.json`, for a project in another language.
 *
 * @see RFC 9110 §13
 */
export interface Row {
  /** Names this row for ever: an id is never reused, and a row that asks for something else gets another. */
  id: string;
  /** A sentence about the world, the condition first. */
  title: string;
  /** The section that decides it: of RFC 9110, unless another is named. */
  section: string;
  /** How strongly the section says so. `quality`: it leaves this open, and users notice the difference. */
  level: Level;
  /** The reason, for a reader without the section. */
  why: string;
  /** `wire`: a `fetch` cannot send this, because it joins lines, trims values or refuses the method. */
  needs: "fetch" | "wire";
  /** The resource before the request. `null`: nothing is here. `{}`: here, without a validator. */
  state: State | null;
  /** Settings of the server that the row speaks about. Left out: the server as it comes. */
  policy?: Policy;
  request: RowRequest;
  expect: Expectation;
  /** Other answers that are right, and who may choose them. */
  also?: readonly Latitude[];
}

export type Level = "MUST" | "SHOULD" | "MAY" | "quality";

/** A field line. Latin-1 text: a character is an octet. */
export type Line = readonly [name: string, value: string];

/** A resource as the row needs it. Its representation is `representation`, unless `content` says otherwise. */
export interface State {
  /** The entity tag of the selected representation, as the field `ETag` has it. */
  etag?: string;
  /** Tags of other forms of this same version. */
  alternates?: readonly string[];
  /** Codings that something on the way may apply: with `["gzip"]`, `"v1-gzip"` names `"v1"`, too. */
  codings?: readonly string[];
  /** Milliseconds since 1970. */
  lastModified?: number;
  /** Whether `lastModified` is a strong validator (RFC 9110 §8.8.2.2). */
  lastModifiedStrong?: boolean;
  /** Fields that a 200 has beside its validators. */
  fields?: Readonly<Record<string, string>>;
  /** The content, where it is not `representation`. */
  content?: string;
}

export interface Policy {
  /** `weak`: the origin compares `If-Match` weakly, because something before it weakens its tags. */
  ifMatch?: "strong" | "weak";
  /** Methods that must come with a condition: PUT, PATCH and DELETE for `true` (RFC 6585 §3). */
  require?: boolean | readonly string[];
  /** `reject`: a condition that cannot be read is a 400 where it would be a 412. */
  malformed?: "fail" | "reject";
  /** The server's clock, in milliseconds since 1970, where the row depends on it. */
  now?: number;
}

export interface RowRequest {
  method: string;
  /** In the order sent; a repeated name is a repeated line. */
  headers: readonly Line[];
  body?: string;
}

export type Outcome =
  | "proceed"
  | "not-modified"
  | "precondition-failed"
  | "precondition-required"
  | "bad-request";

/** The answer that must come back. */
export interface Expectation {
  /** The decision. `proceed`: the answer is that of a request without conditions. */
  outcome: Outcome;
  /** The condition that decided it, in lower case. */
  because?: string;
  /** Whether a `Range` may be honoured. Left out: the request has no `Range` to honour. */
  range?: boolean;
  /** Any of these statuses is right. */
  status: readonly number[];
  /** `whole` and `part` (the first four octets) of the content, `none`, or `any`. */
  body: "whole" | "part" | "none" | "any";
  /** Fields of the answer: a value that must be there, `null` for a field that must not, or a value it must not have. */
  fields?: Readonly<Record<string, string | null | { not: string }>>;
  /** Whether the method may have done its work. */
  effect: "none" | "any";
  /** `answered`: the same connection must answer a plain GET afterwards, unless it was closed properly. */
  next?: "answered";
}

/** Another answer that is right. What is left out is as in `expect`. */
export interface Latitude extends Partial<Omit<Expectation, "because">> {
  status: readonly number[];
  /** The party that chooses it: "the origin server", "an intermediary". */
  chosenBy: string;
  why: string;
}
