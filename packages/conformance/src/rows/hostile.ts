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

/** Each is read in one pass, or not at all: CVE-2017-16119, CVE-2023-22795, CVE-2024-38809 are all this field. */
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
    const why = "A field must not cost more than its length: one request would hold up everybody";
    return group("flood", "quality", "§17.5", why, [
      [
        id("if-none-match-get"),
        `If-None-Match of ${size} ${description} is answered at once, with the whole`,
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
      `If-None-Match with ${description} withholds no body`,
      "GET",
      noneMatch(value),
      v1,
      proceed,
      { also },
    ],
    [
      `${number}-put`,
      `If-Match with ${description} authorises no write`,
      "PUT",
      match(value),
      v1,
      failedMatch,
      { also },
    ],
  ]);
});

/** A request after which the next one on the same connection must be answered (RFC 9112 §9.3). */
const before: readonly (readonly [
  number: number,
  what: string,
  method: string,
  Headers,
  answer: typeof proceed,
])[] = [
  [1, "a 304", "GET", noneMatch('"v1"'), sameTag],
  [2, "a 304 to QUERY, which has content", "QUERY", noneMatch('"v1"'), sameTag],
  [3, "a refused PUT, whose content nobody needs", "PUT", match('"v0"'), failedMatch],
  [4, "a refused POST, whose content nobody needs", "POST", match('"v0"'), failedMatch],
  [5, "a refused DELETE", "DELETE", match('"v0"'), failedMatch],
  [6, "a refused creation", "PUT", noneMatch("*"), failedNoneMatch],
  [7, "a range", "GET", and(range, ifRange('"v1"')), proceedInRange],
  [8, "the whole in place of a range", "GET", and(range, ifRange('"v0"')), proceed],
  [9, "a refused read", "GET", match('"v0"'), failedMatch],
  [10, "a date that is not one", "GET", modified("yesterday"), proceed],
  [11, "a write whose date is not one", "PUT", unmodified("yesterday"), proceed],
];

const usable = group(
  "connection",
  "MUST",
  "RFC 9112 §9.3",
  "A body that does not belong there would be read as the next answer: it poisons the connection",
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
  "Content of 100,000 octets is not needed for a refusal, and must be read or the connection closed",
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
  "A client that waits for 100 is told of the refusal before it sends its content, or at the latest behind it",
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
            chosenBy: "the server, as it reads the message",
            why: "It need not know Expect (§10.1.1)",
          },
        ],
      },
    ],
  ],
);

/** Input that means harm, and the connection afterwards. */
export const hostile: readonly Row[] = [...flooded, ...controlled, ...usable, ...large, ...expecting];
