import type { Current, Decision, Policy } from "@entity-tag/core";

/**
 * One request against one state, and what the standard makes of it. The whole file is one table: core's tests
 * run it through `evaluate`, every adapter's tests run it over a socket.
 */
export interface Row {
  /** A sentence about the world, symbol first. */
  name: string;
  /** The section of RFC 9110 (or another, named) that decides it. */
  section: string;
  why: string;
  method: string;
  /** Field lines in the order sent; a repeated name is a repeated line. Latin-1 text, tabs and obs-text allowed. */
  headers: readonly (readonly [name: string, value: string])[];
  /** `null`: nothing is here. `{}`: here, but without a validator. */
  state: Current;
  policy?: Policy;
  /** What `evaluate` answers. */
  outcome: Decision["outcome"];
  because?: string;
  /** For `proceed` on GET with Range: may the Range be honoured? Default false. */
  range?: boolean;
}

type Headers = Row["headers"];
type Answer = Pick<Row, "outcome" | "because" | "range">;
type Line = readonly [name: string, method: string, Headers, Current, Answer, Policy?];

// ---- Words of the table ------------------------------------------------------------------------------------

const lines =
  (name: string) =>
  (...values: string[]): Headers =>
    values.map((value) => [name, value] as const);

const match = lines("If-Match");
const noneMatch = lines("If-None-Match");
const unmodified = lines("If-Unmodified-Since");
const modified = lines("If-Modified-Since");
const ifRange = lines("If-Range");
const none: Headers = [];
const range = lines("Range")("bytes=0-3");
const and = (...parts: Headers[]): Headers => parts.flat();

const proceed: Answer = { outcome: "proceed" };
const proceedInRange: Answer = { outcome: "proceed", range: true };
const sameTag: Answer = { outcome: "not-modified", because: "if-none-match" };
const sameDate: Answer = { outcome: "not-modified", because: "if-modified-since" };
const failedMatch: Answer = { outcome: "precondition-failed", because: "if-match" };
const failedUnmodified: Answer = { outcome: "precondition-failed", because: "if-unmodified-since" };
const failedNoneMatch: Answer = { outcome: "precondition-failed", because: "if-none-match" };
const required: Answer = { outcome: "precondition-required" };
const badMatch: Answer = { outcome: "bad-request", because: "if-match" };
const badNoneMatch: Answer = { outcome: "bad-request", because: "if-none-match" };

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const then = "Tue, 15 Nov 1994 12:45:26 GMT";
const earlier = "Tue, 15 Nov 1994 12:45:25 GMT";
const later = "Tue, 15 Nov 1994 12:45:27 GMT";

const absent: Current = null;
const bare: Current = {};
const v1: Current = { etag: '"v1"' };
const weakV1: Current = { etag: 'W/"v1"' };
const dated: Current = { lastModified: moment };
const surelyDated: Current = { lastModified: moment, lastModifiedStrong: true };
const both: Current = { etag: '"v1"', lastModified: moment };
const surelyBoth: Current = { etag: '"v1"', lastModified: moment, lastModifiedStrong: true };
const twoForms: Current = { etag: '"v1"', alternates: ['"v1-gzip"', '"v1-xml"'] };
const weakForms: Current = { etag: 'W/"v1"', alternates: ['W/"v1-gzip"'] };

const reject: Policy = { malformed: "reject" };
const demanding: Policy = { require: true };
const lenient: Policy = { ifMatch: "weak" };

function group(section: string, why: string, members: readonly Line[]): Row[] {
  return members.map(([name, method, headers, state, answer, policy]) => ({
    name,
    section,
    why,
    method,
    headers,
    state,
    ...answer,
    ...(policy && { policy }),
  }));
}

/** What holds for GET holds for HEAD, except that HEAD has no range to honour (§14.2). */
function withHead(row: Row): Row[] {
  if (row.method !== "GET") return [row];
  const { range: _, ...rest } = row;
  return [row, { ...rest, method: "HEAD", name: `${row.name}, asked by HEAD` }];
}

// ---- Families: many spellings, one answer ---------------------------------------------------------------------

/** Not a list (§13.1.1, §5.6.1), although most of them contain the characters of `"v1"`. */
const unreadable: readonly (readonly [value: string, what: string])[] = [
  ['*, "v1"', "a star before a tag"],
  ['"v1", *', "a star after a tag"],
  ["*, *", "two stars"],
  ["**", "a star and a star"],
  ["*,", "a star and a comma"],
  ["v1", "a tag without quotes"],
  ['"v1", v2', "a bad member after the tag"],
  ['v2, "v1"', "a bad member before the tag"],
  ['"v1" "v2"', "two tags with only a space between"],
  ['"v2""v1"', "two tags with nothing between"],
  ['w/"v1"', "a lower-case w/"],
  ['"v1", w/"v2"', "a lower-case w/ after the tag"],
  ['W/ "v1"', "a space after W/"],
  ['W"v1"', "a W without its slash"],
  ["W/v1", "a W/ without quotes"],
  ['"v1", W/', "a W/ without a tag"],
  ["W/*", "a weak star"],
  ['"v1"x', "junk behind the tag"],
  ['x"v1"', "junk before the tag"],
  ['"v1";q=1', "a parameter behind the tag"],
  ['"v2"; "v1"', "a semicolon for a comma"],
  ['"v1', "an unclosed quote"],
  ['v1"', "an unopened quote"],
  ['"v1", "', "a lonely quote after the tag"],
  ['"v1", "v 2"', "a space inside a tag"],
  ['"v1", "v\t2"', "a tab inside a tag"],
  ['"v\\"2", "v1"', "an escaped quote: there are no escapes"],
  ["'v1'", "single quotes"],
  ['"v1"\xa0, "v2"', "a no-break space, which is not white space here"],
];

/** Readable, and one member is `"v1"`. */
const hits: readonly (readonly [values: readonly string[], what: string])[] = [
  [['"v1"'], "alone"],
  [['"v0","v1"'], "last, without spaces"],
  [['"v1" , "v2"'], "first, with spaces around the comma"],
  [['"v0"\t,\t"v1"'], "behind tabs"],
  [['"v0" \t , \t "v1" \t , \t "v2"'], "between mixed spaces and tabs"],
  [[',"v1"'], "behind an empty member"],
  [['"v1",'], "before an empty member"],
  [[', ,\t, "v1",,,'], "among many empty members"],
  [['"v1", "v1"'], "given twice"],
  [['"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"'], "second of ten"],
  [['W/"v2", "v1"'], "behind another tag that is weak"],
  [['"a,b", "v1"'], "behind a tag with a comma in it"],
  [['",", "v1"'], "behind a tag that is a comma"],
  [['"", "v1"'], "behind the empty tag"],
  [['"*", "v1"'], "behind a tag that is a quoted star"],
  [['"\\", "v1"'], "behind a tag that ends in a backslash"],
  [['"W/", "v1"'], "behind a tag that looks like a prefix"],
  [['"\xe9\xff", "v1"'], "behind a tag with obs-text"],
  [['"v0"', '"v1"'], "on a second field line"],
  [['"v1"', ""], "before an empty field line"],
];

/** Readable, and no member is `"v1"`, weakly compared or strongly. */
const misses: readonly (readonly [values: readonly string[], what: string])[] = [
  [['"v2"'], "another tag"],
  [['"V1"'], "another case"],
  [['"v11"'], "a longer tag"],
  [['"v"'], "a shorter tag"],
  [['"xv1"'], "a tag that ends alike"],
  [['"v1-gzip"'], "a tag that begins alike"],
  [['"p,v1,q"'], "a tag with the other between commas"],
  [['",v1,"'], "a tag with the other and two commas in it"],
  [['"W/v1"'], "a quoted prefix"],
  [["\"'v1'\""], "single quotes inside the quotes"],
  [['"*"'], "a quoted star"],
  [['""'], "the empty tag"],
  [[""], "an empty field"],
  [[", ,\t,"], "a list of empty members"],
  [['"v0", "v2", W/"v3"'], "three other tags"],
  [['"v0"', '"v2"'], "other tags on two lines"],
];

const shown = (values: readonly string[]) => values.map((value) => JSON.stringify(value)).join(" and ");

const unreadableRows = unreadable.flatMap(([value, what]) =>
  group(
    "§13.1",
    `${what}; the law above the others: it never authorises a write and never withholds a body`,
    [
      [`ifMatch that cannot be read lets a read pass: ${value}`, "GET", match(value), v1, proceed],
      [`ifMatch that cannot be read refuses a write: ${value}`, "PUT", match(value), v1, failedMatch],
      [`ifMatch that cannot be read can be rejected: ${value}`, "PUT", match(value), v1, badMatch, reject],
      [`ifNoneMatch that cannot be read lets a read pass: ${value}`, "GET", noneMatch(value), v1, proceed],
      [
        `ifNoneMatch that cannot be read refuses a write: ${value}`,
        "PUT",
        noneMatch(value),
        v1,
        failedNoneMatch,
      ],
      [
        `ifNoneMatch that cannot be read can be rejected: ${value}`,
        "PUT",
        noneMatch(value),
        v1,
        badNoneMatch,
        reject,
      ],
    ],
  ),
);

const hitRows = hits.flatMap(([values, what]) =>
  group("§5.6.1", `the tag stands ${what}`, [
    [`ifNoneMatch finds the tag ${what}: ${shown(values)}`, "GET", noneMatch(...values), v1, sameTag],
    [
      `ifNoneMatch stops a write at the tag ${what}: ${shown(values)}`,
      "PUT",
      noneMatch(...values),
      v1,
      failedNoneMatch,
    ],
    [`ifMatch lets a read pass with the tag ${what}: ${shown(values)}`, "GET", match(...values), v1, proceed],
    [
      `ifMatch lets a write pass with the tag ${what}: ${shown(values)}`,
      "PUT",
      match(...values),
      v1,
      proceed,
    ],
  ]),
);

const missRows = misses.flatMap(([values, what]) =>
  group("§8.8.3", `${what} is not the tag`, [
    [
      `ifNoneMatch does not take ${what} for the tag: ${shown(values)}`,
      "GET",
      noneMatch(...values),
      v1,
      proceed,
    ],
    [`ifNoneMatch lets a write pass on ${what}: ${shown(values)}`, "PUT", noneMatch(...values), v1, proceed],
    [`ifMatch fails a read on ${what}: ${shown(values)}`, "GET", match(...values), v1, failedMatch],
    [`ifMatch refuses a write on ${what}: ${shown(values)}`, "PUT", match(...values), v1, failedMatch],
  ]),
);

/**
 * Not one of the three forms of §5.6.7, though `Date.parse` takes most of them for a moment. In the future for
 * If-Modified-Since and in the past for If-Unmodified-Since, so that whoever reads them answers wrongly.
 */
const notDates: readonly (readonly [future: string, past: string, what: string])[] = [
  ["3940663526", "153751526", "a number of seconds"],
  ["3940663526000", "153751526000", "a number of milliseconds"],
  ["2094", "1974", "a year"],
  ["", "", "nothing"],
  ["*", "*", "a star"],
  ['"v1"', '"v1"', "a tag"],
  [`${later}, ${later}`, `${earlier}, ${earlier}`, "a list of dates"],
  ["Mon, 29 Feb 2100 12:45:26 GMT", "Thu, 29 Feb 1900 12:45:26 GMT", "a leap day in a year that has none"],
  ...[
    ["2094-11-15T12:45:26Z", "an ISO date"],
    ["2094-11-15", "an ISO day"],
    ["11/15/2094", "an American date"],
    ["Mon, 15 Nov 2094 12:45:26 +0000", "a numeric zone"],
    ["Mon, 15 Nov 2094 12:45:26 UTC", "UTC for GMT"],
    ["Mon, 15 Nov 2094 12:45:26 gmt", "a lower-case gmt"],
    ["Mon, 15 Nov 2094 12:45:26", "no zone"],
    ["Mon, 15 Nov 2094 12:45:26 EST", "the zone of a place"],
    ["mon, 15 nov 2094 12:45:26 GMT", "lower-case names"],
    ["Mon, 15 Nov 2094 12:45:26 GMT; length=5", "the old length parameter"],
    ["Mon 15 Nov 2094 12:45:26 GMT", "no comma"],
    ["Mon,15 Nov 2094 12:45:26 GMT", "no space behind the comma"],
    ["Mon, 15  Nov 2094 12:45:26 GMT", "two spaces"],
    ["Mon, 5 Nov 2094 12:45:26 GMT", "a one-digit day"],
    ["15 Nov 2094 12:45:26 GMT", "no weekday"],
    ["Mon, 15 November 2094 12:45:26 GMT", "a full month name"],
    ["Monday, 15 Nov 2094 12:45:26 GMT", "a full weekday in the long form"],
    ["Mon, 15-Nov-2094 12:45:26 GMT", "hyphens with a four-digit year"],
    ["Mon Nov 15 12:45:26 2094 GMT", "a zone behind asctime"],
    ["Mon, 15 Nov 2094 12:45 GMT", "no seconds"],
    ["Mon, 15 Nov 2094 24:00:00 GMT", "hour 24"],
    ["Mon, 15 Nov 2094 12:60:00 GMT", "minute 60"],
    ["Mon, 15 Nov 2094 12:45:61 GMT", "second 61"],
    ["Mon, 31 Nov 2094 12:45:26 GMT", "a day that November does not have"],
    ["Mon, 00 Nov 2094 12:45:26 GMT", "day zero"],
  ].map(([value, what]) => [value!, value!.replace("2094", "1974"), what!] as const),
];

const notDateRows = notDates.flatMap(([future, past, what]) =>
  group("§5.6.7", `${what} does not make a date, and a condition without a date is ignored`, [
    [`ifModifiedSince ignores ${what}: ${future}`, "GET", modified(future), dated, proceed],
    [`ifUnmodifiedSince ignores ${what}: ${past}`, "PUT", unmodified(past), dated, proceed],
  ]),
);

// ---- The table ---------------------------------------------------------------------------------------------

const written: Row[] = [
  ...group("§13.1.2", "weak comparison: a transformed copy still revalidates", [
    [
      "ifNoneMatch treats a weak copy and a strong original as the same",
      "GET",
      noneMatch('W/"v1"'),
      v1,
      sameTag,
    ],
    [
      "ifNoneMatch treats a strong copy and a weak original as the same",
      "GET",
      noneMatch('"v1"'),
      weakV1,
      sameTag,
    ],
    ["ifNoneMatch treats two weak tags as the same", "GET", noneMatch('W/"v1"'), weakV1, sameTag],
    ["ifNoneMatch tells two weak tags apart", "GET", noneMatch('W/"v2"'), weakV1, proceed],
    ["ifNoneMatch on a write compares weakly, too", "PUT", noneMatch('W/"v1"'), v1, failedNoneMatch],
    ["ifNoneMatch on a write knows a weak original", "PUT", noneMatch('"v1"'), weakV1, failedNoneMatch],
    ["ifNoneMatch finds a weak tag at the end of a list", "GET", noneMatch('"v0", W/"v1"'), v1, sameTag],
    [
      "ifNoneMatch is read without regard to the case of its name",
      "GET",
      lines("if-none-match")('"v1"'),
      v1,
      sameTag,
    ],
  ]),
  ...group("§13.1.1", "strong comparison: a weak tag never authorises a write", [
    ["ifMatch refuses a weak copy of a strong original", "PUT", match('W/"v1"'), v1, failedMatch],
    ["ifMatch refuses a strong copy of a weak original", "PUT", match('"v1"'), weakV1, failedMatch],
    ["ifMatch refuses a weak tag even for itself", "PUT", match('W/"v1"'), weakV1, failedMatch],
    ["ifMatch fails a read on a weak tag, too", "GET", match('W/"v1"'), weakV1, failedMatch],
    ["ifMatch takes the strong one of a weak and a strong", "PUT", match('W/"v1", "v1"'), v1, proceed],
    ["ifMatch accepts the tag for DELETE", "DELETE", match('"v1"'), v1, proceed],
    ["ifMatch accepts the tag for PATCH", "PATCH", match('"v1"'), v1, proceed],
    ["ifMatch accepts the tag for POST", "POST", match('"v1"'), v1, proceed],
    ["ifMatch refuses a stale DELETE", "DELETE", match('"v0"'), v1, failedMatch],
    ["ifMatch refuses a stale PATCH", "PATCH", match('"v0"'), v1, failedMatch],
    ["ifMatch refuses a stale POST", "POST", match('"v0"'), v1, failedMatch],
  ]),
  ...group("§13.1.1", "We choose: an origin behind a proxy that weakens tags may compare If-Match weakly", [
    ["ifMatch weakly compared takes a weakened tag", "PUT", match('W/"v1"'), v1, proceed, lenient],
    ["ifMatch weakly compared takes a weak original", "PUT", match('"v1"'), weakV1, proceed, lenient],
    ["ifMatch weakly compared takes two weak tags", "PUT", match('W/"v1"'), weakV1, proceed, lenient],
    ["ifMatch weakly compared still refuses another tag", "PUT", match('W/"v2"'), v1, failedMatch, lenient],
    ["ifMatch weakly compared still refuses w/", "PUT", match('w/"v1"'), v1, failedMatch, lenient],
    [
      "ifMatch weakly compared knows a weak alternate",
      "PUT",
      match('"v1-gzip"'),
      weakForms,
      proceed,
      lenient,
    ],
    [
      "ifMatch strongly compared asks for it in so many words",
      "PUT",
      match('W/"v1"'),
      v1,
      failedMatch,
      { ifMatch: "strong" },
    ],
  ]),
  ...group("§13.1.1", "alternates: other tags of this same version authorise a write", [
    ["ifMatch knows the tag of the gzip form", "PUT", match('"v1-gzip"'), twoForms, proceed],
    ["ifMatch knows the tag of the second alternate", "PUT", match('"v0", "v1-xml"'), twoForms, proceed],
    ["ifMatch still knows the tag itself", "PUT", match('"v1"'), twoForms, proceed],
    ["ifMatch compares alternates strongly", "PUT", match('W/"v1-gzip"'), twoForms, failedMatch],
    ["ifMatch refuses a weak alternate", "PUT", match('"v1-gzip"'), weakForms, failedMatch],
    [
      "ifMatch refuses what is neither the tag nor an alternate",
      "PUT",
      match('"v2-gzip"'),
      twoForms,
      failedMatch,
    ],
    [
      "ifMatch that cannot be read is not saved by an alternate",
      "PUT",
      match('"v1-gzip", v1'),
      twoForms,
      failedMatch,
    ],
  ]),
  ...group("§13.1.5", "alternates have other bytes: a range of one cannot continue the other", [
    [
      "ifRange does not take an alternate for the tag",
      "GET",
      and(range, ifRange('"v1-gzip"')),
      twoForms,
      proceed,
    ],
    ["ifRange still knows the tag itself", "GET", and(range, ifRange('"v1"')), twoForms, proceedInRange],
  ]),
  ...group(
    "§13.1.2",
    "If-None-Match asks for the selected representation: whoever holds the XML form lacks this one",
    [
      [
        "ifNoneMatch does not take an alternate for what is selected",
        "GET",
        noneMatch('"v1-xml"'),
        twoForms,
        proceed,
      ],
      [
        "ifNoneMatch still knows the tag itself beside alternates",
        "GET",
        noneMatch('"v1-xml", "v1"'),
        twoForms,
        sameTag,
      ],
    ],
  ),
  ...group("§13.1.1", "existence is not a tag: If-Match: * asks whether anything is here", [
    ["ifMatch: * holds for what has a tag", "PUT", match("*"), v1, proceed],
    ["ifMatch: * holds for what has a weak tag", "PUT", match("*"), weakV1, proceed],
    ["ifMatch: * holds for what has only a date", "PUT", match("*"), dated, proceed],
    ["ifMatch: * holds for what has no validator", "PUT", match("*"), bare, proceed],
    ["ifMatch: * holds within spaces", "PUT", match(" * "), bare, proceed],
    ["ifMatch: * fails where nothing is", "PUT", match("*"), absent, failedMatch],
    ["ifMatch: * fails a DELETE where nothing is", "DELETE", match("*"), absent, failedMatch],
    ["ifMatch: * fails a PATCH where nothing is", "PATCH", match("*"), absent, failedMatch],
    ["ifMatch: * passes a read of what is here", "GET", match("*"), bare, proceed],
    ["ifMatch with a list fails where there is no tag", "PUT", match('"v1"'), bare, failedMatch],
    ["ifMatch with a list fails where there is only a date", "PUT", match('"v1"'), dated, failedMatch],
    ["ifMatch with a list fails where nothing is", "PUT", match('"v1"'), absent, failedMatch],
    ["ifMatch with a list fails a read where there is no tag", "GET", match('"v1"'), bare, failedMatch],
    ["ifMatch with an empty list fails where there is no tag", "PUT", match(""), bare, failedMatch],
    ["ifMatch with an empty list fails where nothing is", "PUT", match(""), absent, failedMatch],
    ["ifMatch that cannot be read fails where nothing is", "PUT", match("v1"), absent, failedMatch],
    [
      "ifMatch that cannot be read is rejected where nothing is",
      "PUT",
      match("v1"),
      absent,
      badMatch,
      reject,
    ],
  ]),
  ...group("§13.1.2", "existence is not a tag: If-None-Match: * asks whether nothing is here", [
    ["ifNoneMatch: * creates where nothing is", "PUT", noneMatch("*"), absent, proceed],
    ["ifNoneMatch: * creates within spaces", "PUT", noneMatch("\t* "), absent, proceed],
    ["ifNoneMatch: * does not overwrite what has a tag", "PUT", noneMatch("*"), v1, failedNoneMatch],
    ["ifNoneMatch: * does not overwrite what has only a date", "PUT", noneMatch("*"), dated, failedNoneMatch],
    ["ifNoneMatch: * does not overwrite what has no validator", "PUT", noneMatch("*"), bare, failedNoneMatch],
    ["ifNoneMatch: * stops a POST where something is", "POST", noneMatch("*"), v1, failedNoneMatch],
    ["ifNoneMatch: * stops a DELETE where something is", "DELETE", noneMatch("*"), bare, failedNoneMatch],
    ["ifNoneMatch: * on a read of what has a tag is not modified", "GET", noneMatch("*"), v1, sameTag],
    [
      "ifNoneMatch: * on a read of what has no validator is not modified",
      "GET",
      noneMatch("*"),
      bare,
      sameTag,
    ],
    ["ifNoneMatch with a list holds where nothing is", "PUT", noneMatch('"v1"'), absent, proceed],
    ["ifNoneMatch with a list holds where there is no tag", "PUT", noneMatch('"v1"'), bare, proceed],
    ["ifNoneMatch with a list sends what has no tag", "GET", noneMatch('"v1"'), bare, proceed],
    [
      "ifNoneMatch with a quoted star is a tag like any other",
      "PUT",
      noneMatch('"*"'),
      { etag: '"*"' },
      failedNoneMatch,
    ],
    ["ifNoneMatch that cannot be read refuses to create", "PUT", noneMatch("*, *"), absent, failedNoneMatch],
    [
      "ifNoneMatch that cannot be read is rejected on creation",
      "PUT",
      noneMatch("*, *"),
      absent,
      badNoneMatch,
      reject,
    ],
  ]),
  ...group("§8.8.3", "odd tags are tags", [
    ["ifNoneMatch knows the empty tag", "GET", noneMatch('""'), { etag: '""' }, sameTag],
    ["ifNoneMatch knows a tag with a comma", "GET", noneMatch('"x", "a,b"'), { etag: '"a,b"' }, sameTag],
    ["ifNoneMatch knows a tag that is a comma", "GET", noneMatch('","'), { etag: '","' }, sameTag],
    [
      "ifNoneMatch does not find a comma between two tags",
      "GET",
      noneMatch('"a","b"'),
      { etag: '","' },
      proceed,
    ],
    [
      "ifNoneMatch knows a tag that ends in a backslash",
      "GET",
      noneMatch('"a\\"'),
      { etag: '"a\\"' },
      sameTag,
    ],
    [
      "ifNoneMatch knows a tag with obs-text",
      "GET",
      noneMatch('"\xe9t\xe9"'),
      { etag: '"\xe9t\xe9"' },
      sameTag,
    ],
    ["ifNoneMatch tells obs-text apart", "GET", noneMatch('"\xe9t\xe8"'), { etag: '"\xe9t\xe9"' }, proceed],
    ["ifNoneMatch tells upper case apart", "GET", noneMatch('"abc"'), { etag: '"ABC"' }, proceed],
    ["ifNoneMatch knows a tag that begins with W/", "GET", noneMatch('"W/"'), { etag: '"W/"' }, sameTag],
    ["ifNoneMatch knows a tag with single quotes", "GET", noneMatch('"it\'s"'), { etag: '"it\'s"' }, sameTag],
    [
      "ifNoneMatch knows a long tag",
      "GET",
      noneMatch(`"${"x".repeat(2000)}"`),
      { etag: `"${"x".repeat(2000)}"` },
      sameTag,
    ],
    ["ifMatch knows the empty tag", "PUT", match('""'), { etag: '""' }, proceed],
    ["ifMatch knows a tag that is a quoted star", "PUT", match('"*"'), { etag: '"*"' }, proceed],
    ["ifMatch knows a tag with a comma", "PUT", match('"a,b"'), { etag: '"a,b"' }, proceed],
    [
      "ifMatch does not take one of the halves for the tag",
      "PUT",
      match('"a"'),
      { etag: '"p,a,q"' },
      failedMatch,
    ],
    ["ifMatch knows a tag with obs-text", "PUT", match('"\xe9t\xe9"'), { etag: '"\xe9t\xe9"' }, proceed],
  ]),
  ...group("§13.1.4", "a write on what was changed since is refused", [
    ["ifUnmodifiedSince holds at the same second", "PUT", unmodified(then), dated, proceed],
    ["ifUnmodifiedSince holds for a later date", "PUT", unmodified(later), dated, proceed],
    ["ifUnmodifiedSince fails for an earlier date", "PUT", unmodified(earlier), dated, failedUnmodified],
    ["ifUnmodifiedSince fails a DELETE", "DELETE", unmodified(earlier), dated, failedUnmodified],
    ["ifUnmodifiedSince fails a POST", "POST", unmodified(earlier), dated, failedUnmodified],
    ["ifUnmodifiedSince fails a read", "GET", unmodified(earlier), dated, failedUnmodified],
    ["ifUnmodifiedSince lets a read pass", "GET", unmodified(then), dated, proceed],
    [
      "ifUnmodifiedSince takes a Date as well",
      "PUT",
      unmodified(earlier),
      { lastModified: new Date(moment) },
      failedUnmodified,
    ],
    ["ifUnmodifiedSince is ignored where there is no date", "PUT", unmodified(earlier), v1, proceed],
    ["ifUnmodifiedSince is ignored where there is no validator", "PUT", unmodified(earlier), bare, proceed],
    ["ifUnmodifiedSince is ignored where nothing is", "PUT", unmodified(earlier), absent, proceed],
    ["ifUnmodifiedSince on two lines is not a date", "PUT", unmodified(earlier, earlier), dated, proceed],
    [
      "ifUnmodifiedSince knows the epoch as a date",
      "PUT",
      unmodified("Wed, 31 Dec 1969 23:59:59 GMT"),
      { lastModified: 0 },
      failedUnmodified,
    ],
  ]),
  ...group("§13.1.3", "a read of what was not changed since needs no body", [
    ["ifModifiedSince is false at the same second", "GET", modified(then), dated, sameDate],
    ["ifModifiedSince is false for a later date", "GET", modified(later), dated, sameDate],
    ["ifModifiedSince holds for an earlier date", "GET", modified(earlier), dated, proceed],
    [
      "ifModifiedSince is false for a date in the future",
      "GET",
      modified("Fri, 15 Nov 2999 12:45:26 GMT"),
      dated,
      sameDate,
    ],
    [
      "ifModifiedSince takes a Date as well",
      "GET",
      modified(then),
      { lastModified: new Date(moment) },
      sameDate,
    ],
    ["ifModifiedSince is judged beside a tag", "GET", modified(then), both, sameDate],
    ["ifModifiedSince is ignored where there is no date", "GET", modified(then), v1, proceed],
    ["ifModifiedSince is ignored where there is no validator", "GET", modified(then), bare, proceed],
    ["ifModifiedSince on two lines is not a date", "GET", modified(then, then), dated, proceed],
    [
      "ifModifiedSince knows the epoch as a date",
      "GET",
      modified("Thu, 01 Jan 1970 00:00:00 GMT"),
      { lastModified: 0 },
      sameDate,
    ],
    ["ifModifiedSince answers QUERY", "QUERY", modified(then), dated, sameDate],
    ["ifModifiedSince is ignored on PUT", "PUT", modified(then), dated, proceed],
    ["ifModifiedSince is ignored on DELETE", "DELETE", modified(then), dated, proceed],
    ["ifModifiedSince is ignored on PATCH", "PATCH", modified(then), dated, proceed],
    ["ifModifiedSince is ignored on POST", "POST", modified(then), dated, proceed],
    ["ifModifiedSince is ignored on PROPFIND", "PROPFIND", modified(then), dated, proceed],
  ]),
  ...group("§8.8.2", "dates compare in whole seconds: the state's milliseconds are cut off", [
    [
      "ifModifiedSince does not see milliseconds",
      "GET",
      modified(then),
      { lastModified: moment + 999 },
      sameDate,
    ],
    ["ifModifiedSince sees the next second", "GET", modified(then), { lastModified: moment + 1000 }, proceed],
    [
      "ifUnmodifiedSince does not see milliseconds",
      "PUT",
      unmodified(then),
      { lastModified: moment + 999 },
      proceed,
    ],
    [
      "ifUnmodifiedSince sees the next second",
      "PUT",
      unmodified(then),
      { lastModified: moment + 1000 },
      failedUnmodified,
    ],
    [
      "ifRange does not see milliseconds",
      "GET",
      and(range, ifRange(then)),
      { lastModified: moment + 1, lastModifiedStrong: true },
      proceedInRange,
    ],
  ]),
  ...group("§5.6.7", "three spellings of one moment", [
    [
      "ifModifiedSince reads an RFC 850 date",
      "GET",
      modified("Tuesday, 15-Nov-94 12:45:26 GMT"),
      dated,
      sameDate,
    ],
    [
      "ifModifiedSince reads an asctime date as GMT",
      "GET",
      modified("Tue Nov 15 12:45:26 1994"),
      dated,
      sameDate,
    ],
    [
      "ifModifiedSince reads an earlier RFC 850 date",
      "GET",
      modified("Tuesday, 15-Nov-94 12:45:25 GMT"),
      dated,
      proceed,
    ],
    [
      "ifModifiedSince reads an earlier asctime date",
      "GET",
      modified("Tue Nov 15 12:45:25 1994"),
      dated,
      proceed,
    ],
    [
      "ifModifiedSince reads an asctime date with a one-digit day",
      "GET",
      modified("Sat Dec  3 12:45:26 1994"),
      dated,
      sameDate,
    ],
    [
      "ifUnmodifiedSince reads an RFC 850 date",
      "PUT",
      unmodified("Tuesday, 15-Nov-94 12:45:25 GMT"),
      dated,
      failedUnmodified,
    ],
    [
      "ifUnmodifiedSince reads an asctime date",
      "PUT",
      unmodified("Tue Nov 15 12:45:25 1994"),
      dated,
      failedUnmodified,
    ],
    [
      "ifModifiedSince does not mind a wrong weekday",
      "GET",
      modified("Mon, 15 Nov 1994 12:45:26 GMT"),
      dated,
      sameDate,
    ],
    ["ifModifiedSince reads a leap day", "GET", modified("Thu, 29 Feb 1996 00:00:00 GMT"), dated, sameDate],
    [
      "ifModifiedSince reads a leap second",
      "GET",
      modified("Sat, 31 Dec 1994 23:59:60 GMT"),
      dated,
      sameDate,
    ],
    [
      "ifModifiedSince takes a year 51 years ahead for the past",
      "GET",
      modified("Tuesday, 15-Nov-77 12:45:26 GMT"),
      { lastModified: Date.UTC(1978, 0, 1) },
      proceed,
      { now: Date.UTC(2026, 10, 22) },
    ],
    [
      "ifModifiedSince takes a year 49 years ahead for the future",
      "GET",
      modified("Tuesday, 15-Nov-75 12:45:26 GMT"),
      { lastModified: Date.UTC(1978, 0, 1) },
      sameDate,
      { now: Date.UTC(2026, 10, 22) },
    ],
  ]),
  ...group("§13.1.5", "If-Range: a part continues only the very bytes it began with", [
    ["ifRange holds for the same strong tag", "GET", and(range, ifRange('"v1"')), v1, proceedInRange],
    ["ifRange fails for another tag", "GET", and(range, ifRange('"v2"')), v1, proceed],
    ["ifRange fails for a part of the tag", "GET", and(range, ifRange('"v"')), v1, proceed],
    ["ifRange fails for a tag that contains it", "GET", and(range, ifRange('"v1.1"')), v1, proceed],
    ["ifRange fails for a weak copy", "GET", and(range, ifRange('W/"v1"')), v1, proceed],
    ["ifRange fails for a weak original", "GET", and(range, ifRange('"v1"')), weakV1, proceed],
    ["ifRange fails for two weak tags", "GET", and(range, ifRange('W/"v1"')), weakV1, proceed],
    [
      "ifRange is not relaxed by a weak If-Match policy",
      "GET",
      and(range, ifRange('W/"v1"')),
      v1,
      proceed,
      lenient,
    ],
    ["ifRange is never a list", "GET", and(range, ifRange('"v1", "v2"')), v1, proceed],
    ["ifRange is never two lines", "GET", and(range, ifRange('"v1"', '"v1"')), v1, proceed],
    ["ifRange is never *", "GET", and(range, ifRange("*")), v1, proceed],
    ["ifRange does not take a quoted star for any tag", "GET", and(range, ifRange('"*"')), v1, proceed],
    ["ifRange is not an unquoted tag", "GET", and(range, ifRange("v1")), v1, proceed],
    ["ifRange is not w/", "GET", and(range, ifRange('w/"v1"')), v1, proceed],
    ["ifRange that is empty does not hold", "GET", and(range, ifRange("")), v1, proceed],
    ["ifRange fails where there is no tag", "GET", and(range, ifRange('"v1"')), bare, proceed],
    ["ifRange knows the empty tag", "GET", and(range, ifRange('""')), { etag: '""' }, proceedInRange],
    ["ifRange holds for the same strong date", "GET", and(range, ifRange(then)), surelyDated, proceedInRange],
    [
      "ifRange holds for the same strong date beside a tag",
      "GET",
      and(range, ifRange(then)),
      surelyBoth,
      proceedInRange,
    ],
    [
      "ifRange fails for a date that may have changed twice in its second",
      "GET",
      and(range, ifRange(then)),
      dated,
      proceed,
    ],
    ["ifRange fails for a later date", "GET", and(range, ifRange(later)), surelyDated, proceed],
    ["ifRange fails for an earlier date", "GET", and(range, ifRange(earlier)), surelyDated, proceed],
    ["ifRange fails for a date where there is none", "GET", and(range, ifRange(then)), v1, proceed],
    [
      "ifRange fails for an ISO date",
      "GET",
      and(range, ifRange("1994-11-15T12:45:26Z")),
      surelyDated,
      proceed,
    ],
    ["ifRange fails for a list of dates", "GET", and(range, ifRange(then, then)), surelyDated, proceed],
    ["ifRange without Range is nothing", "GET", ifRange('"v1"'), v1, proceed],
    ["ifRange that fails without Range is nothing", "GET", ifRange('"v2"'), v1, proceed],
    ["ifRange is ignored on PUT", "PUT", and(range, ifRange('"v2"')), v1, proceed],
    [
      "ifRange that holds on QUERY lets the Range pass",
      "QUERY",
      and(range, ifRange('"v1"')),
      v1,
      proceedInRange,
    ],
    ["ifRange that fails on QUERY sends the whole", "QUERY", and(range, ifRange('"v2"')), v1, proceed],
  ]),
  ...group("§14.2", "Range is defined for GET, and for QUERY as for GET", [
    ["evaluate lets a Range pass that no If-Range guards", "GET", range, v1, proceedInRange],
    ["evaluate lets a Range pass where there is no validator", "GET", range, bare, proceedInRange],
    ["evaluate honours no Range on PUT", "PUT", range, v1, proceed],
    ["evaluate honours no Range on POST", "POST", range, v1, proceed],
    ["evaluate lets a Range pass on QUERY (RFC 10008 §2.8)", "QUERY", range, v1, proceedInRange],
  ]),
  ...group("§13.2.2", "step 1: If-Match is asked first", [
    [
      "evaluate asks ifMatch before ifNoneMatch",
      "GET",
      and(noneMatch('"v1"'), match('"v0"')),
      v1,
      failedMatch,
    ],
    [
      "evaluate goes on to ifNoneMatch when ifMatch holds",
      "GET",
      and(match('"v1"'), noneMatch('"v1"')),
      v1,
      sameTag,
    ],
    [
      "evaluate goes on to ifNoneMatch on a write, too",
      "PUT",
      and(match("*"), noneMatch('"v1"')),
      v1,
      failedNoneMatch,
    ],
    [
      "evaluate asks ifMatch before ifNoneMatch on a write",
      "PUT",
      and(noneMatch("*"), match('"v0"')),
      v1,
      failedMatch,
    ],
    ["evaluate lets a write pass that meets both", "PUT", and(match('"v1"'), noneMatch('"v0"')), v1, proceed],
    [
      "evaluate goes on to ifModifiedSince when ifMatch holds",
      "GET",
      and(match('"v1"'), modified(then)),
      both,
      sameDate,
    ],
    [
      "evaluate goes on to ifRange when ifMatch holds",
      "GET",
      and(match('"v1"'), range, ifRange('"v1"')),
      v1,
      proceedInRange,
    ],
    [
      "evaluate asks ifMatch before ifRange",
      "GET",
      and(match('"v0"'), range, ifRange('"v1"')),
      v1,
      failedMatch,
    ],
    [
      "evaluate stops at ifMatch before it rejects ifNoneMatch",
      "PUT",
      and(match('"v0"'), noneMatch("v1")),
      v1,
      failedMatch,
      reject,
    ],
    [
      "evaluate rejects ifNoneMatch when ifMatch holds",
      "PUT",
      and(match('"v1"'), noneMatch("v1")),
      v1,
      badNoneMatch,
      reject,
    ],
    [
      "evaluate refuses ifNoneMatch that cannot be read when ifMatch holds",
      "PUT",
      and(match('"v1"'), noneMatch("v1")),
      v1,
      failedNoneMatch,
    ],
  ]),
  ...group("§13.2.2", "step 2: If-Unmodified-Since is asked only where If-Match is absent", [
    [
      "ifUnmodifiedSince is ignored beside ifMatch that holds",
      "PUT",
      and(match('"v1"'), unmodified(earlier)),
      both,
      proceed,
    ],
    [
      "ifUnmodifiedSince does not save ifMatch that fails",
      "PUT",
      and(match('"v0"'), unmodified(later)),
      both,
      failedMatch,
    ],
    [
      "ifUnmodifiedSince does not save ifMatch that cannot be read",
      "PUT",
      and(match("v1"), unmodified(later)),
      both,
      failedMatch,
    ],
    [
      "ifUnmodifiedSince is ignored beside ifMatch that a read cannot read",
      "GET",
      and(match("v1"), unmodified(earlier)),
      both,
      proceed,
    ],
    [
      "ifUnmodifiedSince does not save an empty ifMatch",
      "PUT",
      and(match(""), unmodified(later)),
      both,
      failedMatch,
    ],
    [
      "ifUnmodifiedSince is asked before ifNoneMatch",
      "GET",
      and(noneMatch('"v1"'), unmodified(earlier)),
      both,
      failedUnmodified,
    ],
    [
      "ifUnmodifiedSince that holds goes on to ifNoneMatch",
      "GET",
      and(unmodified(then), noneMatch('"v1"')),
      both,
      sameTag,
    ],
    [
      "ifUnmodifiedSince that is ignored goes on to ifNoneMatch",
      "PUT",
      and(unmodified("yesterday"), noneMatch("*")),
      both,
      failedNoneMatch,
    ],
    [
      "ifUnmodifiedSince is asked before ifModifiedSince",
      "GET",
      and(modified(then), unmodified(earlier)),
      both,
      failedUnmodified,
    ],
    [
      "ifUnmodifiedSince is asked before ifRange",
      "GET",
      and(unmodified(earlier), range, ifRange('"v1"')),
      both,
      failedUnmodified,
    ],
  ]),
  ...group("§13.2.2", "step 3 and 4: If-Modified-Since is asked only where If-None-Match is absent", [
    [
      "ifModifiedSince is ignored after ifNoneMatch missed",
      "GET",
      and(noneMatch('"v0"'), modified(later)),
      both,
      proceed,
    ],
    [
      "ifModifiedSince is ignored after ifNoneMatch hit",
      "GET",
      and(noneMatch('"v1"'), modified(earlier)),
      both,
      sameTag,
    ],
    [
      "ifModifiedSince is ignored beside ifNoneMatch that cannot be read",
      "GET",
      and(noneMatch("v1"), modified(later)),
      both,
      proceed,
    ],
    [
      "ifModifiedSince is ignored beside an empty ifNoneMatch",
      "GET",
      and(noneMatch(""), modified(later)),
      both,
      proceed,
    ],
    [
      "ifModifiedSince is ignored beside ifNoneMatch where there is no tag",
      "GET",
      and(noneMatch('"v1"'), modified(later)),
      dated,
      proceed,
    ],
    [
      "ifModifiedSince is ignored after ifNoneMatch missed on PUT",
      "PUT",
      and(noneMatch('"v0"'), modified(later)),
      both,
      proceed,
    ],
    [
      "ifModifiedSince comes before ifRange",
      "GET",
      and(modified(then), range, ifRange('"v1"')),
      both,
      sameDate,
    ],
    [
      "ifModifiedSince that holds goes on to ifRange",
      "GET",
      and(modified(earlier), range, ifRange('"v1"')),
      both,
      proceedInRange,
    ],
    ["ifNoneMatch comes before ifRange", "GET", and(noneMatch('"v1"'), range, ifRange('"v1"')), v1, sameTag],
    [
      "ifNoneMatch that holds goes on to ifRange",
      "GET",
      and(noneMatch('"v0"'), range, ifRange('"v1"')),
      v1,
      proceedInRange,
    ],
    [
      "ifNoneMatch that holds does not save ifRange",
      "GET",
      and(noneMatch('"v0"'), range, ifRange('"v0"')),
      v1,
      proceed,
    ],
    ["ifNoneMatch comes before a Range without ifRange", "GET", and(noneMatch('"v1"'), range), v1, sameTag],
  ]),
  ...group("§13.2.2", "step 3: 304 for GET, HEAD and QUERY, 412 for every other method", [
    ["ifNoneMatch answers QUERY as it answers GET", "QUERY", noneMatch('"v1"'), v1, sameTag],
    ["ifNoneMatch that cannot be read lets QUERY pass", "QUERY", noneMatch("v1"), v1, proceed],
    ["ifNoneMatch fails PATCH", "PATCH", noneMatch('"v1"'), v1, failedNoneMatch],
    ["ifNoneMatch fails DELETE", "DELETE", noneMatch('"v1"'), v1, failedNoneMatch],
    ["ifNoneMatch fails POST", "POST", noneMatch('"v1"'), v1, failedNoneMatch],
    ["ifNoneMatch fails PROPFIND", "PROPFIND", noneMatch('"v1"'), v1, failedNoneMatch],
    ["ifMatch fails QUERY", "QUERY", match('"v0"'), v1, failedMatch],
    ["ifMatch fails PROPFIND", "PROPFIND", match('"v0"'), v1, failedMatch],
    ["ifMatch that cannot be read lets QUERY pass", "QUERY", match("v1"), v1, proceed],
    ["ifMatch that cannot be read fails PROPFIND", "PROPFIND", match("v1"), v1, failedMatch],
    ["ifMatch that cannot be read is not rejected on a read", "GET", match("v1"), v1, proceed, reject],
    [
      "ifNoneMatch that cannot be read is not rejected on a read",
      "GET",
      noneMatch("v1"),
      v1,
      proceed,
      reject,
    ],
  ]),
  ...group("§9.1", "methods are case-sensitive: get is an extension method", [
    ["ifNoneMatch fails get with 412", "get", noneMatch('"v1"'), v1, failedNoneMatch],
    ["ifModifiedSince is ignored on get", "get", modified(then), dated, proceed],
    ["ifMatch that cannot be read refuses get", "get", match("v1"), v1, failedMatch],
    ["evaluate honours no Range on get", "get", range, v1, proceed],
    ["evaluate judges get where nothing is", "get", match("*"), absent, failedMatch],
    ["evaluate does not require a condition of put", "put", none, v1, proceed, demanding],
  ]),
  ...group("§13.2.1", "a read of something absent is a 404, whatever the conditions say", [
    ["evaluate lets a read of nothing pass: ifMatch", "GET", match('"v1"'), absent, proceed],
    ["evaluate lets a read of nothing pass: ifMatch: *", "GET", match("*"), absent, proceed],
    [
      "evaluate lets a read of nothing pass: ifMatch that cannot be read",
      "GET",
      match("v1"),
      absent,
      proceed,
    ],
    ["evaluate lets a read of nothing pass: ifNoneMatch", "GET", noneMatch('"v1"'), absent, proceed],
    ["evaluate lets a read of nothing pass: ifNoneMatch: *", "GET", noneMatch("*"), absent, proceed],
    ["evaluate lets a read of nothing pass: ifUnmodifiedSince", "GET", unmodified(earlier), absent, proceed],
    ["evaluate lets a read of nothing pass: ifModifiedSince", "GET", modified(later), absent, proceed],
    ["evaluate lets a read of nothing pass: no condition", "GET", none, absent, proceed],
    ["evaluate lets a QUERY of nothing pass", "QUERY", match("*"), absent, proceed],
  ]),
  ...["OPTIONS", "TRACE", "CONNECT"].flatMap((method) =>
    group("§13.2.1", "neither selects nor changes a representation, so no condition applies", [
      [`evaluate never judges ${method}: ifMatch`, method, match('"v0"'), v1, proceed],
      [
        `evaluate never judges ${method}: ifMatch that cannot be read`,
        method,
        match("v1"),
        v1,
        proceed,
        reject,
      ],
      [`evaluate never judges ${method}: ifNoneMatch`, method, noneMatch('"v1"'), v1, proceed],
      [`evaluate never judges ${method}: ifUnmodifiedSince`, method, unmodified(earlier), dated, proceed],
      [`evaluate never judges ${method}: where nothing is`, method, match("*"), absent, proceed],
      [`evaluate never requires a condition of ${method}`, method, none, v1, proceed, { require: [method] }],
    ]),
  ),
  ...group("RFC 6585 §3", "428: neither If-Match nor If-None-Match came", [
    ["evaluate requires a condition of PUT", "PUT", none, v1, required, demanding],
    ["evaluate requires a condition of PATCH", "PATCH", none, v1, required, demanding],
    ["evaluate requires a condition of DELETE", "DELETE", none, v1, required, demanding],
    ["evaluate requires a condition of PUT where nothing is", "PUT", none, absent, required, demanding],
    [
      "evaluate requires a condition of PUT where there is no validator",
      "PUT",
      none,
      bare,
      required,
      demanding,
    ],
    ["evaluate does not require a condition of POST by itself", "POST", none, v1, proceed, demanding],
    ["evaluate never requires a condition of a read", "GET", none, v1, proceed, demanding],
    [
      "evaluate never requires a condition of a read, even when told",
      "GET",
      none,
      v1,
      proceed,
      { require: ["GET", "HEAD"] },
    ],
    [
      "evaluate never requires a condition of QUERY, even when told",
      "QUERY",
      none,
      v1,
      proceed,
      { require: ["QUERY"] },
    ],
    ["evaluate requires a condition of POST when told", "POST", none, v1, required, { require: ["POST"] }],
    [
      "evaluate requires a condition only of those it was told",
      "PUT",
      none,
      v1,
      proceed,
      { require: ["POST"] },
    ],
    ["evaluate requires nothing of an empty list", "PUT", none, v1, proceed, { require: [] }],
    ["evaluate requires nothing when told not to", "PUT", none, v1, proceed, { require: false }],
    ["evaluate requires nothing without a policy", "PUT", none, v1, proceed],
    ["evaluate is not satisfied by a date that holds", "PUT", unmodified(then), dated, required, demanding],
    ["evaluate is not satisfied by If-Modified-Since", "PUT", modified(then), dated, required, demanding],
    ["evaluate is not satisfied by If-Range", "PUT", and(range, ifRange('"v1"')), v1, required, demanding],
    ["evaluate is satisfied by ifMatch", "PUT", match('"v1"'), v1, proceed, demanding],
    ["evaluate is satisfied by ifMatch: *", "PUT", match("*"), v1, proceed, demanding],
    ["evaluate is satisfied by ifNoneMatch: *", "PUT", noneMatch("*"), absent, proceed, demanding],
    ["evaluate is satisfied by ifNoneMatch", "PUT", noneMatch('"v0"'), v1, proceed, demanding],
    ["evaluate tells stale from missing", "PUT", match('"v0"'), v1, failedMatch, demanding],
    ["evaluate tells unreadable from missing", "PUT", match("v1"), v1, failedMatch, demanding],
    ["evaluate tells an empty field from a missing one", "PUT", match(""), v1, failedMatch, demanding],
    [
      "evaluate rejects what cannot be read, required or not",
      "PUT",
      match("v1"),
      v1,
      badMatch,
      { ...demanding, ...reject },
    ],
  ]),
  ...group("§13", "nobody asked", [
    ["evaluate sends what nobody asked about", "GET", none, both, proceed],
    ["evaluate sends what has no validator", "GET", none, bare, proceed],
    ["evaluate writes what nobody guarded", "PUT", none, both, proceed],
    ["evaluate creates what nobody guarded", "PUT", none, absent, proceed],
    ["evaluate deletes what nobody guarded", "DELETE", none, both, proceed],
    [
      "evaluate does not mind Cache-Control: no-cache",
      "GET",
      and(noneMatch('"v1"'), lines("Cache-Control")("no-cache")),
      v1,
      sameTag,
    ],
    [
      "evaluate does not mind Pragma: no-cache",
      "GET",
      and(modified(then), lines("Pragma")("no-cache")),
      dated,
      sameDate,
    ],
    ["evaluate does not take ETag in a request for a condition", "PUT", lines("ETag")('"v0"'), v1, proceed],
  ]),
];

export const rows: readonly Row[] = [
  ...written,
  ...hitRows,
  ...missRows,
  ...unreadableRows,
  ...notDateRows,
].flatMap(withHead);
