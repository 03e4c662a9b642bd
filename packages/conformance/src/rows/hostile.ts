import type { Row } from "../row.ts";
import { group } from "./group.ts";
import {
  and,
  failedMatch,
  failedNoneMatch,
  type Headers,
  ifRange,
  lines,
  match,
  modified,
  noneMatch,
  orBadRequest,
  orFailedRead,
  orNotAllowed,
  orTooLarge,
  proceed,
  proceedInRange,
  range,
  sameTag,
  surelyBoth,
  unmodified,
  v1,
} from "./words.ts";

const sizes = [3_000, 60_000] as const;

/**
 * A server must read each of these in one pass, or refuse it. CVE-2017-16119, CVE-2023-22795 and CVE-2024-38809 are
 * about this field.
 */
const floods: readonly (readonly [number: number, unit: string, description: string, isList: boolean])[] = [
  [1, " ", "spaces between two tags", false],
  [2, '"', "quotes", false],
  [3, ",", "commas", true],
  [4, "W/", "weak prefixes", false],
  [5, '"x",', "other tags", true],
  [6, "\t", "tabs between two tags", false],
  [7, "\\", "backslashes", false],
  [8, ', "', "openings of tags", false],
  [9, "*", "stars", false],
];

const spelled = (unit: string, size: number): string => {
  const flood = unit.repeat(Math.floor(size / unit.length));
  return unit.trim() === "" ? `"x"${flood}"y"` : flood;
};

const flooded = floods.flatMap(([number, unit, description, isList]) =>
  sizes.flatMap((size, index) => {
    const value = spelled(unit, size);
    const also = [orTooLarge, ...(isList ? [] : [orBadRequest])];
    const id = (suffix: string) => `${number}-${index === 0 ? "short" : "long"}-${suffix}`;
    const why = "The cost of a field must grow only with its length: otherwise one request delays all others";
    return group("flood", "quality", "§17.5", why, [
      [
        id("if-none-match-get"),
        `If-None-Match of ${size} ${description} is answered at once with 200`,
        "GET",
        noneMatch(value),
        v1,
        proceed,
        { also },
      ],
      [
        id("if-match-put"),
        `If-Match of ${size} ${description} is refused at once`,
        "PUT",
        match(value),
        v1,
        failedMatch,
        { also },
      ],
    ]);
  }),
);

const controls: readonly (readonly [number: number, value: string, description: string])[] = [
  [1, '"v1", "\x01"', "a control character in a tag"],
  [2, '"v1", "\x7f"', "DEL in a tag"],
  [3, '"v1\x0b"', "a vertical tab in a tag"],
];

const controlled = controls.flatMap(([number, value, description]) => {
  const also = [orNotAllowed, orFailedRead];
  return group("control", "quality", "§5.5", `${description} is not allowed in any field value`, [
    [
      `${number}-get`,
      `If-None-Match with ${description} gets no 304`,
      "GET",
      noneMatch(value),
      v1,
      proceed,
      { also },
    ],
    [
      `${number}-put`,
      `If-Match with ${description} does not authorise a write`,
      "PUT",
      match(value),
      v1,
      failedMatch,
      { also },
    ],
  ]);
});

/** After each of these requests, the next request on the connection must be answered (RFC 9112 §9.3). */
const before: readonly (readonly [
  number: number,
  what: string,
  method: string,
  Headers,
  answer: typeof proceed,
])[] = [
  [1, "a 304", "GET", noneMatch('"v1"'), sameTag],
  [2, "a 304 to a QUERY with content", "QUERY", noneMatch('"v1"'), sameTag],
  [3, "a refused PUT, whose content is not used", "PUT", match('"v0"'), failedMatch],
  [4, "a refused POST, whose content is not used", "POST", match('"v0"'), failedMatch],
  [5, "a refused DELETE", "DELETE", match('"v0"'), failedMatch],
  [6, "a refused creation", "PUT", noneMatch("*"), failedNoneMatch],
  [7, "a range", "GET", and(range, ifRange('"v1"')), proceedInRange],
  [8, "a 200 in place of a range", "GET", and(range, ifRange('"v0"')), proceed],
  [9, "a refused read", "GET", match('"v0"'), failedMatch],
  [10, "a date that is not valid", "GET", modified("yesterday"), proceed],
  [11, "a write with a date that is not valid", "PUT", unmodified("yesterday"), proceed],
];

const usable = group(
  "connection",
  "MUST",
  "RFC 9112 §9.3",
  "The client would read unexpected content as the next answer",
  before.map(([number, what, method, headers, answer]) => [
    number,
    `The connection serves the next request after ${what}`,
    method,
    headers,
    surelyBoth,
    answer,
    { expect: { next: "answered" } },
  ]),
);

const large = group(
  "large-body",
  "quality",
  "RFC 9112 §9.3",
  "A refusal needs none of the 100,000 octets, but the server must read them or close the connection",
  (["PUT", "POST", "PATCH"] as const).map((method, index) => [
    index + 1,
    `A stale ${method} of 100,000 octets is refused`,
    method,
    match('"v0"'),
    v1,
    failedMatch,
    { body: "x".repeat(100_000) },
  ]),
);

const expecting = group(
  "expect",
  "quality",
  "§10.1.1",
  "A client that waits for 100 gets the refusal before it sends its content, or right after",
  [
    [
      1,
      "A stale PUT that expects 100-continue is refused",
      "PUT",
      and(lines("Expect")("100-continue"), match('"v0"')),
      v1,
      failedMatch,
      {
        also: [
          {
            status: [417],
            chosenBy: "the server, while it reads the message",
            why: "A server need not support Expect (§10.1.1)",
          },
        ],
      },
    ],
  ],
);

/** Hostile input, and the state of the connection afterwards. */
export const hostile: readonly Row[] = [...flooded, ...controlled, ...usable, ...large, ...expecting];
