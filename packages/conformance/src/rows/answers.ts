import type { Expectation, Level, Line, Row, State } from "../row.ts";
import { group } from "./group.ts";
import {
  type Answer,
  failedMatch,
  failedNoneMatch,
  type Headers,
  match,
  modified,
  noneMatch,
  proceed,
  sameDate,
  sameSecond,
  sameTag,
  surelyBoth,
} from "./words.ts";

const withFields = (...fields: Line[]): State => ({ ...surelyBoth, fields: Object.fromEntries(fields) });

interface Kept {
  number: number;
  field: Line;
  level: Level;
  section: string;
  why: string;
}

const cacheField = "A cache stores this field from the 304. Without it, the cache keeps the old value";
const metadata = "A 304 should not have fields that describe content, because it has none";
const forScripts = "A browser hides the stored answer from scripts if the 304 does not have this field";

/** Fields that the 304 must have if the 200 has them. */
const kept: readonly Kept[] = [
  { number: 1, field: ["Cache-Control", "max-age=60"], level: "MUST", section: "§15.4.5", why: cacheField },
  { number: 2, field: ["Content-Location", "/v1"], level: "MUST", section: "§15.4.5", why: cacheField },
  {
    number: 3,
    field: ["Expires", "Fri, 15 Nov 2999 12:45:26 GMT"],
    level: "MUST",
    section: "§15.4.5",
    why: cacheField,
  },
  { number: 4, field: ["Vary", "Accept"], level: "MUST", section: "§15.4.5", why: cacheField },
  { number: 5, field: ["Last-Modified", sameSecond], level: "quality", section: "§15.4.5", why: cacheField },
  {
    number: 6,
    field: ["Access-Control-Allow-Origin", "*"],
    level: "quality",
    section: "§15.4.5",
    why: forScripts,
  },
  {
    number: 7,
    field: ["Access-Control-Expose-Headers", "ETag"],
    level: "quality",
    section: "§15.4.5",
    why: forScripts,
  },
  {
    number: 8,
    field: ["Set-Cookie", "visits=2"],
    level: "quality",
    section: "§15.4.5",
    why: "A session that every answer renews would end if a 304 did not renew it",
  },
  {
    number: 9,
    field: ["X-Request-Id", "7"],
    level: "quality",
    section: "§15.4.5",
    why: "A field of the application belongs on each answer, whatever its status",
  },
  {
    number: 10,
    field: ["Link", "</next>; rel=next"],
    level: "quality",
    section: "§15.4.5",
    why: "A field of the application belongs on each answer, whatever its status",
  },
  {
    number: 11,
    field: ["Strict-Transport-Security", "max-age=60"],
    level: "quality",
    section: "§15.4.5",
    why: "Every answer renews a policy for the whole host",
  },
];

const keptRows = kept.flatMap(({ number, field, level, section, why }) => {
  const [name, value] = field;
  const state = withFields(...(name === "Last-Modified" ? [] : [field]));
  const expect = { expect: { fields: { [name]: value } } };
  return group("304-keeps", level, section, why, [
    [`${number}-tag`, `A 304 for a tag keeps ${name}`, "GET", noneMatch('"v1"'), state, sameTag, expect],
    [
      `${number}-date`,
      `A 304 for a date keeps ${name}`,
      "GET",
      modified(sameSecond),
      state,
      sameDate,
      { ...expect, level },
    ],
  ]);
});

const dropped: readonly (readonly [number: number, field: Line, level: Level])[] = [
  [1, ["Content-Type", "text/plain"], "SHOULD"],
  [2, ["Content-Encoding", "identity"], "SHOULD"],
  [3, ["Content-Language", "en"], "SHOULD"],
];

const droppedRows = dropped.flatMap(([number, field, level]) =>
  group("304-drops", level, "§15.4.5", metadata, [
    [
      number,
      `A 304 has no ${field[0]}`,
      "GET",
      noneMatch('"v1"'),
      // These two states need no extra field: Content-Type is always sent, and identity is never sent.
      field[0] === "Content-Type" || field[0] === "Content-Encoding" ? surelyBoth : withFields(field),
      sameTag,
      { expect: { fields: { [field[0]]: null } } },
    ],
  ]),
);

const has304 = group("304", "MUST", "§15.4.5", "A cache finds the stored answer by the tag of the 304", [
  [
    1,
    "A 304 for a tag carries the tag",
    "GET",
    noneMatch('"v1"'),
    surelyBoth,
    sameTag,
    { expect: { fields: { ETag: '"v1"' } } },
  ],
  [
    2,
    "A 304 for a date carries the tag",
    "GET",
    modified(sameSecond),
    surelyBoth,
    sameDate,
    { expect: { fields: { ETag: '"v1"' } }, level: "MUST" },
  ],
  [
    3,
    "A 304 for a list carries the current tag, not the first tag of the list",
    "GET",
    noneMatch('"v0", "v1"'),
    surelyBoth,
    sameTag,
    { expect: { fields: { ETag: '"v1"' } } },
  ],
  [
    4,
    "A 304 for a weakened tag carries the same tag as the 200",
    "GET",
    noneMatch('W/"v1"'),
    surelyBoth,
    sameTag,
    { expect: { fields: { ETag: '"v1"' } } },
  ],
  [
    5,
    "A 304 for * carries the tag",
    "GET",
    noneMatch("*"),
    surelyBoth,
    sameTag,
    { expect: { fields: { ETag: '"v1"' } } },
  ],
  [
    6,
    "A 304 has no Content-Length, or the one of the 200",
    "GET",
    noneMatch('"v1"'),
    surelyBoth,
    sameTag,
    {
      section: "§8.6",
      why: "A client that trusts a wrong length waits for octets that never come, or stores an empty page",
      expect: { fields: { "Content-Length": null } },
      also: [
        {
          status: [304],
          fields: { "Content-Length": "18" },
          chosenBy: "the origin server",
          why: "§8.6 allows the length that the 200 would have",
        },
      ],
    },
  ],
]);

const sent = group("200", "MUST", "§8.8", "A client can revalidate only with a validator that was sent", [
  [
    1,
    "A 200 for another tag carries the tag",
    "GET",
    noneMatch('"v0"'),
    surelyBoth,
    proceed,
    { expect: { fields: { ETag: '"v1"' } } },
  ],
  [
    2,
    "A 200 for another tag carries the date",
    "GET",
    noneMatch('"v0"'),
    surelyBoth,
    proceed,
    { level: "SHOULD", expect: { fields: { "Last-Modified": sameSecond } } },
  ],
  [
    3,
    "A 200 for another tag keeps Vary",
    "GET",
    noneMatch('"v0"'),
    withFields(["Vary", "Accept"]),
    proceed,
    { section: "§12.5.5", level: "SHOULD", expect: { fields: { Vary: "Accept" } } },
  ],
]);

const stored = withFields(["Cache-Control", "max-age=60"]);

function refusals(method: string, headers: Headers, answer: Answer, number: number): Row[] {
  const expecting = (expect: Partial<Expectation>) => ({ expect });
  return group("412", "quality", "§15.5.13", "The client needs the current tag to try again", [
    [
      `${number}-tag`,
      `A 412 to ${method} (${headers[0]![0]}) carries the current tag`,
      method,
      headers,
      surelyBoth,
      answer,
      expecting({ fields: { ETag: '"v1"' } }),
    ],
    [
      `${number}-lifetime`,
      `A 412 to ${method} (${headers[0]![0]}) does not have the Cache-Control of the representation`,
      method,
      headers,
      stored,
      answer,
      {
        ...expecting({ fields: { "Cache-Control": { not: "max-age=60" } } }),
        why: "A cache that stores the refusal for that time hides the page",
      },
    ],
    [
      `${number}-effect`,
      `A 412 to ${method} (${headers[0]![0]}) changes nothing`,
      method,
      headers,
      surelyBoth,
      answer,
      {
        level: "MUST",
        section: "§13.1",
        why: "MUST NOT perform the requested method: a 412 after the change is wrong",
      },
    ],
  ]);
}

const refused = (["PUT", "PATCH", "DELETE", "POST"] as const).flatMap((method, index) => [
  ...refusals(method, match('"v0"'), failedMatch, index + 1),
  ...refusals(method, noneMatch("*"), failedNoneMatch, index + 5),
]);

/** The fields of a 304, a 200 and a 412, and the effect of a refusal. */
export const answers: readonly Row[] = [...has304, ...keptRows, ...droppedRows, ...sent, ...refused];
