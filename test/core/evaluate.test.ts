import { type Current, type Decision, evaluate, type Policy } from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { type DecidedRow, decidedRows, toHeaders } from "./rows.ts";
import { spellings } from "./slow-date.ts";
import { slowList } from "./slow-reader.ts";
import { anyText, fieldAndTag } from "./tag-text.ts";
import { type Question, type Said, transcription } from "./transcription.ts";

// The longest of these take two seconds, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Field lines as an object that is not a `Headers`: several lines are one list (§5.3). */
function bag(lines: DecidedRow["headers"]): { get(name: string): string | undefined } {
  const fields = new Map<string, string>();
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { get: (name) => fields.get(name.toLowerCase()) };
}

const methods = [
  "GET",
  "HEAD",
  "QUERY",
  "PUT",
  "PATCH",
  "DELETE",
  "POST",
  "PROPFIND",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "get",
];
const reads = ["GET", "HEAD", "QUERY"];

const said = (decision: Decision): string => {
  if (decision.outcome === "proceed") return decision.range ? "proceed part" : "proceed whole";
  return "because" in decision ? `${decision.outcome} ${decision.because}` : decision.outcome;
};

describe("the rows", () => {
  it.each(decidedRows)("$section $title", (row) => {
    const { method, headers, state, policy, outcome, because, range } = row;
    const expected = outcome === "proceed" ? { outcome, range } : { outcome, ...(because && { because }) };
    expect(evaluate({ method, headers: toHeaders(headers) }, state, policy)).toEqual(expected);
    expect(evaluate({ method, headers: bag(headers) }, state, policy)).toEqual(expected);
  });

  it("a Request is a conditional request", () => {
    const request = new Request("https://example.com/", { headers: { "If-None-Match": 'W/"v1"' } });
    expect(evaluate(request, { etag: '"v1"' })).toEqual({
      outcome: "not-modified",
      because: "if-none-match",
    });
  });
});

// ---- The whole product -------------------------------------------------------------------------------------------

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const [then] = spellings(moment);
const [earlier] = spellings(moment - 1000);
const [later] = spellings(moment + 1000);

const states: Record<string, Current> = {
  "nothing here": null,
  "no validator": {},
  "a strong tag": { etag: '"v1"' },
  "a weak tag": { etag: 'W/"v1"' },
  "a date": { lastModified: moment },
  "a strong date": { lastModified: moment + 500, lastModifiedStrong: true },
  "a tag and a date": { etag: '"v1"', lastModified: moment },
  "a tag, its gzip form and a strong date": {
    etag: '"v1"',
    alternates: ['"v1-gzip"'],
    lastModified: new Date(moment),
    lastModifiedStrong: true,
  },
};

const policies: Record<string, Policy> = {
  none: {},
  "If-Match weakly": { ifMatch: "weak" },
  "a condition on writes": { require: true },
  "a condition on POST and on a read": { require: ["POST", "GET", "OPTIONS"] },
  "reject what cannot be read": { malformed: "reject" },
  "everything at once": { ifMatch: "weak", require: true, malformed: "reject", now: Date.UTC(2026, 10, 22) },
};

/** Each spelling of a field, and its meaning in a state by §13.1, written by hand. */
type Spelling = readonly [value: string | undefined, Said];

const hasTag = (state: Current, tag: string) => state?.etag === tag || state?.etag === `W/${tag}`;
const known = (held: boolean): Said => (held ? "true" : "false");

const ifMatchSpellings = (state: Current, policy: Policy): Spelling[] => {
  const weakly = policy.ifMatch === "weak";
  const here = state !== null;
  return [
    [undefined, "absent"],
    ["*", known(here)],
    ['"v1"', known(state?.etag === '"v1"' || (weakly && hasTag(state, '"v1"')))],
    ['"v0", W/"v1"', known(weakly && hasTag(state, '"v1"'))],
    ['"v1-gzip"', known(state?.alternates !== undefined)],
    ['"v2"', "false"],
    ["", "false"],
    ["v1", "unreadable"],
    ['"v1", *', "unreadable"],
  ];
};

const ifNoneMatchSpellings = (state: Current): Spelling[] => [
  [undefined, "absent"],
  ["*", known(state === null)],
  ['"v1"', known(!hasTag(state, '"v1"'))],
  ['W/"v1"', known(!hasTag(state, '"v1"'))],
  ['"v0", "v2"', "true"],
  ["", "true"],
  ["v1", "unreadable"],
  ['w/"v1"', "unreadable"],
];

const ifUnmodifiedSinceSpellings = (state: Current): Spelling[] => [
  [undefined, "absent"],
  [then, state?.lastModified === undefined ? "unreadable" : "true"],
  [earlier, state?.lastModified === undefined ? "unreadable" : "false"],
  ["1970-01-01T00:00:00Z", "unreadable"],
];

const ifModifiedSinceSpellings = (state: Current): Spelling[] => [
  [undefined, "absent"],
  [then, state?.lastModified === undefined ? "unreadable" : "false"],
  [later, state?.lastModified === undefined ? "unreadable" : "false"],
  [earlier, state?.lastModified === undefined ? "unreadable" : "true"],
  ["2999-01-01T00:00:00Z", "unreadable"],
];

const ifRangeSpellings = (state: Current): Spelling[] => [
  [undefined, "absent"],
  ['"v1"', known(state?.etag === '"v1"')],
  [then, known(state?.lastModifiedStrong === true)],
  ['"v2"', "false"],
  [later, "false"],
  ['W/"v1"', "false"],
  ['"v1-gzip"', "false"],
  ["*", "unreadable"],
  ['"v1", "v1"', "unreadable"],
];

const ranges = [undefined, "bytes=0-3", "pages=1", "junk"];

/** The first spelling of each meaning. These spellings are combined with all values of the other fields. */
function oneOfEach(spellings: Spelling[]): Spelling[] {
  return spellings.filter(([, says], i) => spellings.findIndex(([, other]) => other === says) === i);
}

interface Case {
  fields: Readonly<Record<string, string | undefined>>;
  asked: Omit<Question, "method" | "here">;
}

const names = [
  "if-match",
  "if-unmodified-since",
  "if-none-match",
  "if-modified-since",
  "if-range",
  "range",
] as const;

function* product(state: Current, policy: Policy): Generator<Case> {
  for (const [im, ifMatch] of oneOfEach(ifMatchSpellings(state, policy))) {
    for (const [ius, ifUnmodifiedSince] of oneOfEach(ifUnmodifiedSinceSpellings(state))) {
      for (const [inm, ifNoneMatch] of oneOfEach(ifNoneMatchSpellings(state))) {
        for (const [ims, ifModifiedSince] of oneOfEach(ifModifiedSinceSpellings(state))) {
          for (const [ir, ifRange] of oneOfEach(ifRangeSpellings(state))) {
            for (const range of ranges) {
              const values = [im, ius, inm, ims, ir, range];
              yield {
                fields: Object.fromEntries(names.map((name, i) => [name, values[i]])),
                asked: {
                  ifMatch,
                  ifUnmodifiedSince,
                  ifNoneMatch,
                  ifModifiedSince,
                  ifRange,
                  range: range !== undefined,
                },
              };
            }
          }
        }
      }
    }
  }
}

/** Every spelling of every field, in pairs of fields. A spelling must have the same meaning in each pair. */
function* pairs(state: Current, policy: Policy): Generator<Case> {
  const spelled = {
    "if-match": ifMatchSpellings(state, policy),
    "if-unmodified-since": ifUnmodifiedSinceSpellings(state),
    "if-none-match": ifNoneMatchSpellings(state),
    "if-modified-since": ifModifiedSinceSpellings(state),
    "if-range": ifRangeSpellings(state),
  };
  const question = {
    "if-match": "ifMatch",
    "if-unmodified-since": "ifUnmodifiedSince",
    "if-none-match": "ifNoneMatch",
    "if-modified-since": "ifModifiedSince",
    "if-range": "ifRange",
  } as const;
  const nothing = {
    ifMatch: "absent",
    ifUnmodifiedSince: "absent",
    ifNoneMatch: "absent",
    ifModifiedSince: "absent",
    ifRange: "absent",
  } as const;
  const all = Object.keys(question) as (keyof typeof question)[];
  for (const a of all) {
    for (const b of all) {
      if (a >= b) continue;
      for (const [valueA, saysA] of spelled[a]) {
        for (const [valueB, saysB] of spelled[b]) {
          for (const range of ["bytes=0-3", undefined]) {
            yield {
              fields: { [a]: valueA, [b]: valueB, range },
              asked: { ...nothing, [question[a]]: saysA, [question[b]]: saysB, range: range !== undefined },
            };
          }
        }
      }
    }
  }
}

/** Only the first failures, as text, so that a thousand failures do not print a thousand lines. */
function examine(cases: (state: Current, policy: Policy) => Generator<Case>, real: boolean) {
  const wrong: string[] = [];
  const shared = new Map<string, Decision>();
  const fourAnswers = new Set<Said>();
  let count = 0;
  for (const [stateName, state] of Object.entries(states)) {
    for (const [policyName, policy] of Object.entries(policies)) {
      for (const { fields, asked } of cases(state, policy)) {
        fourAnswers.add(asked.ifMatch).add(asked.ifNoneMatch);
        const question: Question = { ...asked, method: "", here: state !== null };
        // For each field: the last case that needed it, and the last case that read it.
        const needed = new Map<string, number>();
        const read = new Map<string, number>();
        const need = (name: string) => needed.set(name, count);
        const report = (what: string) =>
          wrong.push(
            `${question.method} ${JSON.stringify(fields)} on ${stateName}, policy: ${policyName}: ${what}`,
          );
        const plain = {
          get(name: string) {
            const field = name.toLowerCase();
            if (read.get(field) === count) report(`${field} was read twice`);
            if (needed.get(field) !== count) report(`${field} was not needed`);
            read.set(field, count);
            return fields[field];
          },
        };
        const sent = real ? toHeaders(present(fields)) : plain;
        for (const method of methods) {
          count++;
          question.method = method;
          const expected = transcription(question, policy, need);
          const decision = evaluate({ method, headers: sent }, state, policy);
          const spoken = said(decision);
          if (spoken !== expected) report(`${spoken}, not ${expected}`);
          if (!Object.isFrozen(decision)) report("not frozen");
          if (!shared.has(spoken)) shared.set(spoken, decision);
          else if (shared.get(spoken) !== decision) report(`another object for ${spoken}`);
          if (wrong.length > 5) return { count, wrong, outcomes: shared.size, fourAnswers };
        }
      }
    }
  }
  return { count, wrong, outcomes: shared.size, fourAnswers };
}

const present = (fields: Case["fields"]): [string, string][] =>
  Object.entries(fields).filter((line): line is [string, string] => line[1] !== undefined);

describe("laws of the order, §13.2.2", () => {
  it("law: evaluate agrees with a literal transcription of §13.2.2 on the whole product, reads what it needs, and once", () => {
    const { count, wrong, outcomes, fourAnswers } = examine(product, false);
    expect(wrong).toEqual([]);
    expect(fourAnswers.size).toBe(4);
    expect(outcomes).toBe(10); // proceed twice, not-modified twice, precondition-failed three times, 428, bad-request twice
    expect(count).toBe(1_321_344);
  });

  it("law: evaluate agrees with that transcription on every spelling of every two fields, through a real Headers", () => {
    const { count, wrong, outcomes } = examine(pairs, true);
    expect(wrong).toEqual([]);
    expect(outcomes).toBe(10);
    expect(count).toBe(551_808);
  });

  it("law: a read is never refused because it has no condition, whatever the policy lists", () => {
    fc.assert(
      fc.property(fc.constantFrom(...reads), fc.constantFrom(...Object.values(states)), (method, state) => {
        const require = methods.filter((name) => name === name.toUpperCase());
        const decision = evaluate({ method, headers: new Headers() }, state, { require });
        expect(decision).toEqual({ outcome: "proceed", range: false });
      }),
    );
  });

  it("law: a write with an invalid condition never proceeds, and a read with one never gets a 304 because of it", () => {
    const anyState = fc.constantFrom(...Object.values(states));
    const anyPolicy = fc.constantFrom(...Object.values(policies));
    const field = fc.constantFrom("if-match", "if-none-match");
    fc.assert(
      fc.property(fieldAndTag, field, anyState, anyPolicy, ([value, etag], name, state, policy) => {
        if (slowList(value) !== undefined) return;
        const fields = bag([[name, value]]);
        for (const current of [state, { etag }]) {
          for (const method of ["PUT", "PATCH", "DELETE", "POST", "PROPFIND", "get"]) {
            const outcome = policy.malformed === "reject" ? "bad-request" : "precondition-failed";
            expect(evaluate({ method, headers: fields }, current, policy)).toEqual({
              outcome,
              because: name,
            });
          }
          for (const method of reads) {
            const { outcome } = evaluate({ method, headers: fields }, current, policy);
            if (outcome !== "proceed") expect.unreachable(`${method}: ${outcome}`);
          }
        }
      }),
      { numRuns: runs(1000) },
    );
  });

  it("law: no request makes evaluate throw", () => {
    const value = fc.oneof(
      anyText(),
      fieldAndTag.map(([field]) => field),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(fc.string(), fc.tuple(value, value, value, value, value, value), (method, values) => {
        const fields = {
          get: (name: string) => values[names.indexOf(name.toLowerCase() as (typeof names)[number])],
        };
        for (const state of Object.values(states)) {
          for (const policy of Object.values(policies)) {
            for (const any of [method, ...methods]) {
              if (evaluate({ method: any, headers: fields }, state, policy) === undefined)
                expect.unreachable();
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("evaluate and the state that it is given", () => {
  it("evaluate accepts a Date as a time", () => {
    const state = { lastModified: new Date(moment) };
    const asked = (method: string, name: string, value: string) =>
      evaluate({ method, headers: new Headers([[name, value]]) }, state).outcome;
    expect(asked("PUT", "If-Unmodified-Since", earlier)).toBe("precondition-failed");
    expect(asked("GET", "If-Modified-Since", then)).toBe("not-modified");
  });
});

describe("evaluate and the fields that it reads", () => {
  it("evaluate treats null and undefined as an absent field", () => {
    for (const nothing of [null, undefined]) {
      expect(evaluate({ method: "PUT", headers: { get: () => nothing } }, { etag: '"v1"' })).toEqual({
        outcome: "proceed",
        range: false,
      });
    }
  });

  it("evaluate reads nothing for OPTIONS, and nothing for a read of an absent resource", () => {
    const untouchable = {
      get(name: string): string {
        throw new Error(`read ${name}`);
      },
    };
    for (const method of ["OPTIONS", "TRACE", "CONNECT"]) {
      expect(evaluate({ method, headers: untouchable }, {}).outcome).toBe("proceed");
    }
    for (const method of reads)
      expect(evaluate({ method, headers: untouchable }, null).outcome).toBe("proceed");
  });

  it("evaluate returns frozen decisions", () => {
    const decision = evaluate({ method: "GET", headers: new Headers() }, {});
    expect(() => Object.assign(decision, { outcome: "not-modified" })).toThrow(TypeError);
    expect(evaluate({ method: "GET", headers: new Headers() }, {})).toBe(decision);
  });
});
