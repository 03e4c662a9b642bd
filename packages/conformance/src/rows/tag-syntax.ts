import type { Row } from "../row.ts";
import { group } from "./group.ts";
import {
  badMatch,
  badNoneMatch,
  failedMatch,
  failedNoneMatch,
  match,
  noneMatch,
  orBadRequest,
  orFailedRead,
  proceed,
  reject,
  sameTag,
  v1,
} from "./words.ts";

/** Not a list (§13.1.1, §5.6.1), although most of them contain the characters of `"v1"`. */
const unreadable: readonly (readonly [number: number, value: string, description: string])[] = [
  [1, '*, "v1"', "a star before a tag"],
  [2, '"v1", *', "a star after a tag"],
  [3, "*, *", "two stars"],
  [4, "**", "a star and a star"],
  [5, "*,", "a star and a comma"],
  [6, "v1", "a tag without quotes"],
  [7, '"v1", v2', "a bad member after the tag"],
  [8, 'v2, "v1"', "a bad member before the tag"],
  [9, '"v1" "v2"', "two tags with only a space between"],
  [10, '"v2""v1"', "two tags with nothing between"],
  [11, 'w/"v1"', "a lower-case w/"],
  [12, '"v1", w/"v2"', "a lower-case w/ after the tag"],
  [13, 'W/ "v1"', "a space after W/"],
  [14, 'W"v1"', "a W without its slash"],
  [15, "W/v1", "a W/ without quotes"],
  [16, '"v1", W/', "a W/ without a tag"],
  [17, "W/*", "a weak star"],
  [18, '"v1"x', "junk behind the tag"],
  [19, 'x"v1"', "junk before the tag"],
  [20, '"v1";q=1', "a parameter behind the tag"],
  [21, '"v2"; "v1"', "a semicolon for a comma"],
  [22, '"v1', "an unclosed quote"],
  [23, 'v1"', "an unopened quote"],
  [24, '"v1", "', "a lonely quote after the tag"],
  [25, '"v1", "v 2"', "a space inside a tag"],
  [26, '"v1", "v\t2"', "a tab inside a tag"],
  [27, '"v1", "v\\"2", v1"', "an escaped quote: there are no escapes"],
  [28, "'v1'", "single quotes"],
  [29, '"v1"\xa0, "v2"', "a no-break space, which is not white space here"],
  [30, 'W/"v1', "an unclosed quote behind W/"],
  [31, '"v1"/W', "a weakness behind the tag"],
  [32, '\\"v1\\"', "quotes that were escaped twice"],
  [33, '"v1"|"v2"', "a bar for a comma"],
  [34, 'W/W/"v1"', "a tag that was weakened twice"],
  [35, '"v1", "v2', "an unclosed quote after the tag"],
];

/** Readable, and one member is `"v1"`. */
const hits: readonly (readonly [number: number, values: readonly string[], description: string])[] = [
  [1, ['"v1"'], "alone"],
  [2, ['"v0","v1"'], "last, without spaces"],
  [3, ['"v1" , "v2"'], "first, with spaces around the comma"],
  [4, ['"v0"\t,\t"v1"'], "behind tabs"],
  [5, ['"v0" \t , \t "v1" \t , \t "v2"'], "between mixed spaces and tabs"],
  [6, [',"v1"'], "behind an empty member"],
  [7, ['"v1",'], "before an empty member"],
  [8, [', ,\t, "v1",,,'], "among many empty members"],
  [9, ['"v1", "v1"'], "given twice"],
  [10, ['"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"'], "second of ten"],
  [11, ['W/"v2", "v1"'], "behind another tag that is weak"],
  [12, ['"a,b", "v1"'], "behind a tag with a comma in it"],
  [13, ['",", "v1"'], "behind a tag that is a comma"],
  [14, ['"", "v1"'], "behind the empty tag"],
  [15, ['"*", "v1"'], "behind a tag that is a quoted star"],
  [16, ['"\\", "v1"'], "behind a tag that ends in a backslash"],
  [17, ['"W/", "v1"'], "behind a tag that looks like a prefix"],
  [18, ['"\xe9\xff", "v1"'], "behind a tag with obs-text"],
  [19, ['"v0"', '"v1"'], "on a second field line"],
  [20, ['"v1"', ""], "before an empty field line"],
  [21, ['"v0"', '"v1"', '"v2"'], "on the second of three field lines"],
  [22, ['  "v1"\t'], "between spaces that surround the value"],
  [23, [`"${"a".repeat(500)}", "v1"`], "behind a tag of 500 characters"],
  [24, [`${'"v0", '.repeat(200)}"v1"`], "behind two hundred others"],
  [25, ['"!#$%&()+-./:;<=>?@[]^_`{|}~", "v1"'], "behind a tag of punctuation"],
];

/** Readable, and no member is `"v1"`, weakly compared or strongly. */
const misses: readonly (readonly [number: number, values: readonly string[], description: string])[] = [
  [1, ['"v2"'], "another tag"],
  [2, ['"V1"'], "another case"],
  [3, ['"v11"'], "a longer tag"],
  [4, ['"v"'], "a shorter tag"],
  [5, ['"xv1"'], "a tag that ends alike"],
  [6, ['"v1-beta"'], "a tag that begins alike"],
  [7, ['"p,v1,q"'], "a tag with the other between commas"],
  [8, ['",v1,"'], "a tag with the other and two commas in it"],
  [9, ['"W/v1"'], "a quoted prefix"],
  [10, ["\"'v1'\""], "single quotes inside the quotes"],
  [11, ['"*"'], "a quoted star"],
  [12, ['""'], "the empty tag"],
  [13, [""], "an empty field"],
  [14, [", ,\t,"], "a list of empty members"],
  [15, ['"v0", "v2", W/"v3"'], "three other tags"],
  [16, ['"v0"', '"v2"'], "other tags on two lines"],
  [17, ['"v%31"'], "a tag with an escape of the URL"],
  [18, ['"v1\\\\"'], "a tag with backslashes behind the other"],
  [19, ['"-v1-"'], "a tag that contains the other"],
  [20, ['"v0", "", "V1"'], "other tags with the empty one among them"],
];

const shown = (values: readonly string[]) =>
  values
    .map((value) => JSON.stringify(value.length > 80 ? `${value.slice(0, 40)}…${value.slice(-20)}` : value))
    .join(" and ");

const unreadableRows = unreadable.flatMap(([number, value, description]) => {
  const refusal = { also: [orBadRequest] };
  return group(
    "unreadable",
    "quality",
    "§13.1",
    `${description}. A condition that cannot be read never authorises a write and never withholds a body`,
    [
      [
        `${number}-if-match-get`,
        `If-Match that cannot be read lets a read pass: ${value}`,
        "GET",
        match(value),
        v1,
        proceed,
        { also: [orFailedRead, orBadRequest] },
      ],
      [
        `${number}-if-match-put`,
        `If-Match that cannot be read refuses a write: ${value}`,
        "PUT",
        match(value),
        v1,
        failedMatch,
        refusal,
      ],
      [
        `${number}-if-match-rejected`,
        `If-Match that cannot be read can be rejected: ${value}`,
        "PUT",
        match(value),
        v1,
        badMatch,
        reject,
      ],
      [
        `${number}-if-none-match-get`,
        `If-None-Match that cannot be read lets a read pass: ${value}`,
        "GET",
        noneMatch(value),
        v1,
        proceed,
        { also: [orBadRequest] },
      ],
      [
        `${number}-if-none-match-put`,
        `If-None-Match that cannot be read refuses a write: ${value}`,
        "PUT",
        noneMatch(value),
        v1,
        failedNoneMatch,
        refusal,
      ],
      [
        `${number}-if-none-match-rejected`,
        `If-None-Match that cannot be read can be rejected: ${value}`,
        "PUT",
        noneMatch(value),
        v1,
        badNoneMatch,
        reject,
      ],
    ],
  );
});

const hitRows = hits.flatMap(([number, values, description]) =>
  group("hit", "MUST", "§5.6.1", `The tag stands ${description}`, [
    [
      `${number}-if-none-match-get`,
      `If-None-Match finds the tag ${description}: ${shown(values)}`,
      "GET",
      noneMatch(...values),
      v1,
      sameTag,
    ],
    [
      `${number}-if-none-match-put`,
      `If-None-Match stops a write at the tag ${description}: ${shown(values)}`,
      "PUT",
      noneMatch(...values),
      v1,
      failedNoneMatch,
    ],
    [
      `${number}-if-match-get`,
      `If-Match lets a read pass with the tag ${description}: ${shown(values)}`,
      "GET",
      match(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-match-put`,
      `If-Match lets a write pass with the tag ${description}: ${shown(values)}`,
      "PUT",
      match(...values),
      v1,
      proceed,
    ],
  ]),
);

const missRows = misses.flatMap(([number, values, description]) =>
  group("miss", "MUST", "§8.8.3", `${description} is not the tag`, [
    [
      `${number}-if-none-match-get`,
      `If-None-Match does not take ${description} for the tag: ${shown(values)}`,
      "GET",
      noneMatch(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-none-match-put`,
      `If-None-Match lets a write pass on ${description}: ${shown(values)}`,
      "PUT",
      noneMatch(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-match-get`,
      `If-Match fails a read on ${description}: ${shown(values)}`,
      "GET",
      match(...values),
      v1,
      failedMatch,
    ],
    [
      `${number}-if-match-put`,
      `If-Match refuses a write on ${description}: ${shown(values)}`,
      "PUT",
      match(...values),
      v1,
      failedMatch,
    ],
  ]),
);

/** How a list of tags is written, and what is not one. */
export const tagSyntax: readonly Row[] = [...hitRows, ...missRows, ...unreadableRows];
