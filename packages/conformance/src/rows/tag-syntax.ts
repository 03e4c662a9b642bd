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

/** Values that are not a list (§13.1.1, §5.6.1). Most of them contain the characters of `"v1"`. */
const unreadable: readonly (readonly [number: number, value: string, description: string])[] = [
  [1, '*, "v1"', "a star before a tag"],
  [2, '"v1", *', "a star after a tag"],
  [3, "*, *", "two stars"],
  [4, "**", "two stars without a comma"],
  [5, "*,", "a star and a comma"],
  [6, "v1", "a tag without quotes"],
  [7, '"v1", v2', "a bad member after the tag"],
  [8, 'v2, "v1"', "a bad member before the tag"],
  [9, '"v1" "v2"', "two tags with only a space between"],
  [10, '"v2""v1"', "two tags without a comma"],
  [11, 'w/"v1"', "a lower-case w/"],
  [12, '"v1", w/"v2"', "a lower-case w/ after the tag"],
  [13, 'W/ "v1"', "a space after W/"],
  [14, 'W"v1"', "a W without its slash"],
  [15, "W/v1", "a W/ without quotes"],
  [16, '"v1", W/', "a W/ without a tag"],
  [17, "W/*", "a weak star"],
  [18, '"v1"x', "junk after the tag"],
  [19, 'x"v1"', "junk before the tag"],
  [20, '"v1";q=1', "a parameter after the tag"],
  [21, '"v2"; "v1"', "a semicolon in place of a comma"],
  [22, '"v1', "an unclosed quote"],
  [23, 'v1"', "an unopened quote"],
  [24, '"v1", "', "a single quotation mark after the tag"],
  [25, '"v1", "v 2"', "a space inside a tag"],
  [26, '"v1", "v\t2"', "a tab inside a tag"],
  [27, '"v1", "v\\"2", v1"', "an escaped quotation mark, although tags have no escapes"],
  [28, "'v1'", "single quotes"],
  [29, '"v1"\xa0, "v2"', "a no-break space, which is not white space in HTTP"],
  [30, 'W/"v1', "an unclosed quotation mark after W/"],
  [31, '"v1"/W', "W/ after the tag"],
  [32, '\\"v1\\"', "quotes that were escaped twice"],
  [33, '"v1"|"v2"', "a bar in place of a comma"],
  [34, 'W/W/"v1"', "a tag that was weakened twice"],
  [35, '"v1", "v2', "an unclosed quotation mark after the tag"],
];

/** Valid values in which one member is `"v1"`. */
const hits: readonly (readonly [number: number, values: readonly string[], description: string])[] = [
  [1, ['"v1"'], "alone"],
  [2, ['"v0","v1"'], "last, without spaces"],
  [3, ['"v1" , "v2"'], "first, with spaces around the comma"],
  [4, ['"v0"\t,\t"v1"'], "after tabs"],
  [5, ['"v0" \t , \t "v1" \t , \t "v2"'], "between mixed spaces and tabs"],
  [6, [',"v1"'], "after an empty member"],
  [7, ['"v1",'], "before an empty member"],
  [8, [', ,\t, "v1",,,'], "among many empty members"],
  [9, ['"v1", "v1"'], "given twice"],
  [10, ['"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"'], "second in a list of ten"],
  [11, ['W/"v2", "v1"'], "after another tag that is weak"],
  [12, ['"a,b", "v1"'], "after a tag with a comma in it"],
  [13, ['",", "v1"'], "after a tag that is a comma"],
  [14, ['"", "v1"'], "after the empty tag"],
  [15, ['"*", "v1"'], 'after the tag "*"'],
  [16, ['"\\", "v1"'], "after a tag that ends in a backslash"],
  [17, ['"W/", "v1"'], "after a tag that looks like a prefix"],
  [18, ['"\xe9\xff", "v1"'], "after a tag with obs-text"],
  [19, ['"v0"', '"v1"'], "on a second field line"],
  [20, ['"v1"', ""], "before an empty field line"],
  [21, ['"v0"', '"v1"', '"v2"'], "on the second of three field lines"],
  [22, ['  "v1"\t'], "between spaces that surround the value"],
  [23, [`"${"a".repeat(500)}", "v1"`], "after a tag of 500 characters"],
  [24, [`${'"v0", '.repeat(200)}"v1"`], "after two hundred others"],
  [25, ['"!#$%&()+-./:;<=>?@[]^_`{|}~", "v1"'], "after a tag of punctuation"],
];

/** Valid values in which no member is `"v1"`, in either comparison. */
const misses: readonly (readonly [number: number, values: readonly string[], description: string])[] = [
  [1, ['"v2"'], "another tag"],
  [2, ['"V1"'], "another case"],
  [3, ['"v11"'], "a longer tag"],
  [4, ['"v"'], "a shorter tag"],
  [5, ['"xv1"'], "a tag that ends in the same characters"],
  [6, ['"v1-beta"'], "a tag that begins with the same characters"],
  [7, ['"p,v1,q"'], "a tag that contains the current tag between commas"],
  [8, ['",v1,"'], "a tag that contains the current tag and two commas"],
  [9, ['"W/v1"'], "a quoted prefix"],
  [10, ["\"'v1'\""], "single quotes inside the quotes"],
  [11, ['"*"'], "a quoted star"],
  [12, ['""'], "the empty tag"],
  [13, [""], "an empty field"],
  [14, [", ,\t,"], "a list of empty members"],
  [15, ['"v0", "v2", W/"v3"'], "three other tags"],
  [16, ['"v0"', '"v2"'], "other tags on two lines"],
  [17, ['"v%31"'], "a tag with an escape of the URL"],
  [18, ['"v1\\\\"'], "a tag that adds backslashes to the current tag"],
  [19, ['"-v1-"'], "a tag that contains the current tag"],
  [20, ['"v0", "", "V1"'], "other tags, with the empty tag among them"],
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
    `The field is not valid: ${description}. An invalid condition never authorises a write and never causes a 304`,
    [
      [
        `${number}-if-match-get`,
        `An invalid If-Match does not refuse a read: ${value}`,
        "GET",
        match(value),
        v1,
        proceed,
        { also: [orFailedRead, orBadRequest] },
      ],
      [
        `${number}-if-match-put`,
        `An invalid If-Match refuses a write: ${value}`,
        "PUT",
        match(value),
        v1,
        failedMatch,
        refusal,
      ],
      [
        `${number}-if-match-rejected`,
        `An invalid If-Match can be rejected: ${value}`,
        "PUT",
        match(value),
        v1,
        badMatch,
        reject,
      ],
      [
        `${number}-if-none-match-get`,
        `An invalid If-None-Match gets no 304: ${value}`,
        "GET",
        noneMatch(value),
        v1,
        proceed,
        { also: [orBadRequest] },
      ],
      [
        `${number}-if-none-match-put`,
        `An invalid If-None-Match refuses a write: ${value}`,
        "PUT",
        noneMatch(value),
        v1,
        failedNoneMatch,
        refusal,
      ],
      [
        `${number}-if-none-match-rejected`,
        `An invalid If-None-Match can be rejected: ${value}`,
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
  group("hit", "MUST", "§5.6.1", `The field contains the current tag: ${description}`, [
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
      `If-None-Match refuses a write with the tag ${description}: ${shown(values)}`,
      "PUT",
      noneMatch(...values),
      v1,
      failedNoneMatch,
    ],
    [
      `${number}-if-match-get`,
      `If-Match holds for a read with the tag ${description}: ${shown(values)}`,
      "GET",
      match(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-match-put`,
      `If-Match holds for a write with the tag ${description}: ${shown(values)}`,
      "PUT",
      match(...values),
      v1,
      proceed,
    ],
  ]),
);

const missRows = misses.flatMap(([number, values, description]) =>
  group("miss", "MUST", "§8.8.3", `The field does not contain the current tag: ${description}`, [
    [
      `${number}-if-none-match-get`,
      `If-None-Match does not match ${description}: ${shown(values)}`,
      "GET",
      noneMatch(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-none-match-put`,
      `If-None-Match holds for a write with ${description}: ${shown(values)}`,
      "PUT",
      noneMatch(...values),
      v1,
      proceed,
    ],
    [
      `${number}-if-match-get`,
      `If-Match refuses a read with ${description}: ${shown(values)}`,
      "GET",
      match(...values),
      v1,
      failedMatch,
    ],
    [
      `${number}-if-match-put`,
      `If-Match refuses a write with ${description}: ${shown(values)}`,
      "PUT",
      match(...values),
      v1,
      failedMatch,
    ],
  ]),
);

/** Valid and invalid lists of tags. */
export const tagSyntax: readonly Row[] = [...hitRows, ...missRows, ...unreadableRows];
