import type { Latitude, Line, Outcome, Policy, State } from "../row.ts";

// The terms in which the tables of rows are written.

export type Headers = readonly Line[];

export const lines =
  (name: string) =>
  (...values: string[]): Headers =>
    values.map((value) => [name, value] as const);

export const match = lines("If-Match");
export const noneMatch = lines("If-None-Match");
export const unmodified = lines("If-Unmodified-Since");
export const modified = lines("If-Modified-Since");
export const ifRange = lines("If-Range");
export const accepting = lines("Accept-Encoding");
export const none: Headers = [];
export const range = lines("Range")("bytes=0-3");
export const and = (...parts: Headers[]): Headers => parts.flat();

/** The decision of a row. */
export interface Answer {
  outcome: Outcome;
  because?: string;
  range?: true;
}
export const proceed: Answer = { outcome: "proceed" };
export const proceedInRange: Answer = { outcome: "proceed", range: true };
export const sameTag: Answer = { outcome: "not-modified", because: "if-none-match" };
export const sameDate: Answer = { outcome: "not-modified", because: "if-modified-since" };
export const failedMatch: Answer = { outcome: "precondition-failed", because: "if-match" };
export const failedUnmodified: Answer = { outcome: "precondition-failed", because: "if-unmodified-since" };
export const failedNoneMatch: Answer = { outcome: "precondition-failed", because: "if-none-match" };
export const required: Answer = { outcome: "precondition-required" };
export const badMatch: Answer = { outcome: "bad-request", because: "if-match" };
export const badNoneMatch: Answer = { outcome: "bad-request", because: "if-none-match" };

export const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
export const sameSecond = "Tue, 15 Nov 1994 12:45:26 GMT";
export const earlier = "Tue, 15 Nov 1994 12:45:25 GMT";
export const later = "Tue, 15 Nov 1994 12:45:27 GMT";

type Current = State | null;
export const absent: Current = null;
export const bare: Current = {};
export const v1: Current = { etag: '"v1"' };
export const weakV1: Current = { etag: 'W/"v1"' };
export const dated: Current = { lastModified: moment };
export const surelyDated: Current = { lastModified: moment, lastModifiedStrong: true };
export const both: Current = { etag: '"v1"', lastModified: moment };
export const surelyBoth: Current = { etag: '"v1"', lastModified: moment, lastModifiedStrong: true };
export const twoForms: Current = { etag: '"v1"', alternates: ['"v1-gzip"', '"v1-xml"'] };
export const weakForms: Current = { etag: 'W/"v1"', alternates: ['W/"v1-gzip"'] };

const under = (policy: Policy) => ({ policy });
export const reject = under({ malformed: "reject" });
export const demanding = under({ require: true });
export const requiring = (...methods: string[]) => under({ require: methods });
export const lenient = under({ ifMatch: "weak" });
export const in2026 = under({ now: Date.UTC(2026, 10, 22) });

// ---- Latitude -----------------------------------------------------------------------------------------------

const byOrigin = (why: string, latitude: Omit<Latitude, "chosenBy" | "why">): Latitude => ({
  ...latitude,
  chosenBy: "the origin server",
  why,
});

export const orBadRequest = byOrigin("A field that breaks the grammar may be a 400 (§15.5.1)", {
  outcome: "bad-request",
  status: [400],
  body: "any",
  effect: "none",
});
export const orFailedRead = byOrigin("A field that is not valid may count as a list without a match", {
  outcome: "precondition-failed",
  status: [412],
  body: "any",
});
export const orWhole = byOrigin("A server may ignore any Range (§14.2)", {
  status: [200],
  body: "whole",
  fields: { "Content-Range": null },
});
export const orPart = byOrigin("Only the server knows whether its date is a strong validator (§8.8.2.2)", {
  status: [206],
  body: "part",
  range: true,
});
export const orSent = byOrigin("§13.1.3 says SHOULD: the representation may be sent again", {
  outcome: "proceed",
  status: [200],
  body: "whole",
});
export const orGone = byOrigin("The server may know that the resource is gone permanently (§15.5.11)", {
  status: [410],
});
/** The server may refuse the message itself before it evaluates a condition. */
const byReader = (why: string, status: number[]): Latitude => ({
  outcome: "bad-request",
  status,
  body: "any",
  effect: "none",
  chosenBy: "the server, while it reads the message",
  why,
});
export const orTooLarge = byReader("A server limits the size of its fields (§5.4)", [400, 413, 414, 431]);
export const orNotAllowed = byReader(
  "A recipient may reject characters that are not allowed in a field (§5.5)",
  [400],
);
/** A server need not support methods other than GET and HEAD (§9.1); PUT is expected of it here. */
export const orUnknownMethod = byOrigin("A server need not support or allow the method (§9.1)", {
  outcome: "bad-request",
  status: [400, 405, 501],
  body: "any",
  effect: "none",
  fields: {},
});
