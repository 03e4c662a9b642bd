import type { Level, Row } from "../row.ts";
import { group } from "./group.ts";
import {
  and,
  dated,
  earlier,
  ifRange,
  later,
  modified,
  orBadRequest,
  proceed,
  range,
  surelyDated,
  unmodified,
} from "./words.ts";

type NotDate = readonly [
  number: number,
  future: string,
  past: string,
  description: string,
  level?: Level | undefined,
];

/**
 * Texts in none of the three formats of §5.6.7. `Date.parse` accepts most of them. The date is in the future for
 * If-Modified-Since and in the past for If-Unmodified-Since, so that a server that reads them answers wrongly.
 */
const notDates: readonly NotDate[] = [
  [1, "3940663526", "153751526", "a number of seconds"],
  [2, "3940663526000", "153751526000", "a number of milliseconds"],
  [3, "2094", "1974", "a year"],
  [4, "", "", "an empty value"],
  [5, "*", "*", "a star"],
  [6, '"v1"', '"v1"', "a tag"],
  [7, `${later}, ${later}`, `${earlier}, ${earlier}`, "a list of dates"],
  [
    8,
    "Mon, 29 Feb 2100 12:45:26 GMT",
    "Thu, 29 Feb 1900 12:45:26 GMT",
    "a leap day in a year without one",
    "quality",
  ],
  ...(
    [
      [9, "2094-11-15T12:45:26Z", "an ISO date"],
      [10, "2094-11-15", "an ISO day"],
      [11, "11/15/2094", "an American date"],
      [12, "Mon, 15 Nov 2094 12:45:26 +0000", "a numeric zone"],
      [13, "Mon, 15 Nov 2094 12:45:26 UTC", "UTC in place of GMT"],
      [14, "Mon, 15 Nov 2094 12:45:26 gmt", "a lower-case gmt"],
      [15, "Mon, 15 Nov 2094 12:45:26", "a missing zone"],
      [16, "Mon, 15 Nov 2094 12:45:26 EST", "a local time zone"],
      [17, "mon, 15 nov 2094 12:45:26 GMT", "lower-case names"],
      [18, "Mon, 15 Nov 2094 12:45:26 GMT; length=5", "the obsolete length parameter"],
      [19, "Mon 15 Nov 2094 12:45:26 GMT", "a missing comma"],
      [20, "Mon,15 Nov 2094 12:45:26 GMT", "a missing space after the comma"],
      [21, "Mon, 15  Nov 2094 12:45:26 GMT", "a second space"],
      [22, "Mon, 5 Nov 2094 12:45:26 GMT", "a one-digit day"],
      [23, "15 Nov 2094 12:45:26 GMT", "a missing weekday"],
      [24, "Mon, 15 November 2094 12:45:26 GMT", "a full month name"],
      [25, "Monday, 15 Nov 2094 12:45:26 GMT", "a full weekday in the long form"],
      [26, "Mon, 15-Nov-2094 12:45:26 GMT", "hyphens with a four-digit year"],
      [27, "Mon Nov 15 12:45:26 2094 GMT", "a zone after asctime"],
      [28, "Mon, 15 Nov 2094 12:45 GMT", "missing seconds"],
      [29, "Mon, 15 Nov 2094 24:00:00 GMT", "hour 24", "quality"],
      [30, "Mon, 15 Nov 2094 12:60:00 GMT", "minute 60", "quality"],
      [31, "Mon, 15 Nov 2094 12:45:61 GMT", "second 61", "quality"],
      [32, "Mon, 31 Nov 2094 12:45:26 GMT", "a day that November does not have", "quality"],
      [33, "Mon, 00 Nov 2094 12:45:26 GMT", "day zero", "quality"],
      [34, "Mon, 15 Nov 2094 12:45:26.000 GMT", "a fraction of a second"],
      [35, "Mon, 15 Nov 2094 12:45:26 GMT+0100", "an offset after GMT"],
      [36, "Mon, 15 Nov 2094 12:45:26 Z", "Z in place of GMT"],
      [37, "Mon, 15 Nov 2094 12.45.26 GMT", "dots in the time"],
      [38, '"Mon, 15 Nov 2094 12:45:26 GMT"', "a date in quotes"],
      [39, "Mon, 15 Nov 2094 1:45:26 GMT", "a one-digit hour"],
    ] as const
  ).map(
    ([number, value, description, level]): NotDate => [
      number,
      value,
      value.replace("2094", "1974"),
      description,
      level,
    ],
  ),
];

/** Texts that look like a date and are not valid. A condition whose date is not valid is ignored. */
export const notDateRows: readonly Row[] = notDates.flatMap(
  ([number, future, past, description, level = "MUST"]) =>
    group(
      "not-a-date",
      level,
      "§5.6.7",
      `The date is not valid, so the condition is ignored: ${description}`,
      [
        [
          `${number}-if-modified-since`,
          `If-Modified-Since ignores ${description}: ${future}`,
          "GET",
          modified(future),
          dated,
          proceed,
        ],
        [
          `${number}-if-unmodified-since`,
          `If-Unmodified-Since ignores ${description}: ${past}`,
          "PUT",
          unmodified(past),
          dated,
          proceed,
          { also: [orBadRequest] },
        ],
        [
          `${number}-if-range`,
          `If-Range does not hold for ${description}: ${future}`,
          "GET",
          and(range, ifRange(future)),
          surelyDated,
          proceed,
        ],
      ],
    ),
);
