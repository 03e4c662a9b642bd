import { createRequire } from "node:module";
import { type EntityTag, evaluate, formatDate, ifRange } from "@entity-tag/core";
import { asksByDate, isRangeHidden, isRangeRefused, isUnsafeForSimpleChecks } from "@entity-tag/core/adapter";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { spellings } from "./slow-date.ts";
import { fieldAndTag, readableList, tagText } from "./tag-text.ts";

type Fields = Record<string, string | undefined>;

/** The check of Express and `send`. */
const fresh: (request: Fields, response: Fields) => boolean = createRequire(import.meta.url)("fresh");

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const get = (fields: Fields) => ({ method: "GET", headers: { get: (name: string) => fields[name] } });
const misread = (fields: Fields) => isUnsafeForSimpleChecks(get(fields));

/** Checks of other libraries that work differently. */
function isOverread(fields: Fields, etag: EntityTag, lastModified: number): boolean {
  const response = { etag, "last-modified": formatDate(lastModified) };
  return fresh(fields, response) && evaluate(get(fields), { etag, lastModified }).outcome !== "not-modified";
}

const date = fc.oneof(
  fc.constantFrom(...spellings(moment), ...spellings(moment + 1000), ...spellings(moment - 1000)),
  fc.constantFrom(
    "1994-11-15",
    "15 Nov 1994",
    "2030",
    "Tue, 15 Nov 1994 12:45:60 GMT",
    "",
    "Tue, 15 Nov 1994",
  ),
  fc.constantFrom("Sunday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-49 08:49:37 GMT", "0", "now"),
);

describe("isUnsafeForSimpleChecks, §13.1", () => {
  it("law: if isUnsafeForSimpleChecks is false, a split at commas finds only tags of the field", () => {
    let [over, plain] = [0, 0];
    fc.assert(
      fc.property(fieldAndTag, fc.option(date, { nil: undefined }), ([noneMatch, etag], since) => {
        const fields = { "if-none-match": noneMatch, "if-modified-since": since };
        const isOver = isOverread(fields, etag, moment);
        if (misread(fields)) over += Number(isOver);
        else {
          plain++;
          expect(isOver, noneMatch).toBe(false);
        }
      }),
      { numRuns: runs(30_000) },
    );
    // Both results occur, so the test is not vacuous.
    expect([over > runs(20), plain > runs(1_000)]).toEqual([true, true]);
  });

  it("law: if isUnsafeForSimpleChecks is false, `Date.parse` reads the date as the standard does", () => {
    let over = 0;
    const garbled = fc.oneof(date, fc.date({ noInvalidDate: true }).map(String), fc.string());
    fc.assert(
      fc.property(garbled, tagText, (since, etag) => {
        const fields = { "if-modified-since": since };
        if (misread(fields)) over += Number(isOverread(fields, etag, moment));
        else expect(isOverread(fields, etag, moment), since).toBe(false);
      }),
      { numRuns: runs(10_000) },
    );
    expect(over).toBeGreaterThan(runs(20));
  });

  it("isUnsafeForSimpleChecks is false for the usual fields of clients", () => {
    expect(misread({})).toBe(false);
    fc.assert(fc.property(tagText, (tag) => misread({ "if-none-match": tag }) === tag.includes(",")));
    fc.assert(
      fc.property(readableList, ({ members, field }) => {
        fc.pre(members.length > 0 && !members.some((tag) => tag.includes(",")));
        // A server removes the white space around a field.
        expect(misread({ "if-none-match": field.trim() })).toBe(false);
      }),
    );
    const [imf, rfc850] = spellings(moment);
    // `Date.parse` reads the third as a local time.
    for (const spelling of [imf, rfc850]) expect(misread({ "if-modified-since": spelling })).toBe(false);
  });

  it.each<[Fields]>([
    [{ "if-none-match": '"a, "v1", b"' }],
    [{ "if-none-match": '"a,b"' }],
    [{ "if-none-match": "v1" }],
    [{ "if-none-match": "" }],
    [{ "if-none-match": "*" }],
    [{ "if-none-match": 'W/W/"v1"' }],
    [{ "if-match": '"v1"' }],
    [{ "if-unmodified-since": formatDate(moment) }],
    [{ "if-modified-since": "1994-11-15T12:45:26Z" }],
    [{ "if-modified-since": `${formatDate(moment)}, ${formatDate(moment)}` }],
  ])("isUnsafeForSimpleChecks is true for %j", (fields) => {
    expect(misread(fields)).toBe(true);
  });

  it("isUnsafeForSimpleChecks takes the century of a two-digit year from `now`", () => {
    const fields = { "if-modified-since": "Sunday, 06-Nov-94 08:49:37 GMT" };
    expect(isUnsafeForSimpleChecks(get(fields), Date.UTC(2026, 0))).toBe(false);
    expect(isUnsafeForSimpleChecks(get(fields), Date.UTC(2090, 0))).toBe(true);
  });
});

describe("isRangeRefused, §13.1.5", () => {
  const refused = (field: string | undefined) =>
    isRangeRefused(get({ range: "bytes=0-3", "if-range": field }));

  it("law: if isRangeRefused is true, If-Range holds for no tag and no date", () => {
    const field = fc.oneof(fieldAndTag, fc.tuple(date, tagText));
    let both = 0;
    fc.assert(
      fc.property(field, ([text, etag]) => {
        const holds = ifRange(text, { etag, lastModified: moment, lastModifiedStrong: true });
        both |= holds ? 1 : 2;
        if (refused(text)) expect(holds, text).toBe(false);
      }),
      { numRuns: runs(10_000) },
    );
    expect(both).toBe(3);
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['"v1"', false],
    [formatDate(moment), false],
    ['W/"v1"', true],
    ['"v1", "v2"', true],
    ["*", true],
    ["v1", true],
    ["", true],
    ["1994-11-15", true],
  ])("isRangeRefused of %j is %j", (field, expected) => {
    expect(refused(field)).toBe(expected);
  });
});

describe("asksByDate, §13.1.3", () => {
  it.each<[Fields, boolean]>([
    [{}, false],
    [{ "if-modified-since": formatDate(moment) }, true],
    [{ "if-modified-since": "" }, true],
    [{ "if-none-match": '"v1"', "if-modified-since": formatDate(moment) }, false],
    [{ "if-none-match": '"v1"' }, false],
  ])("asksByDate of %j is %j", (fields, expected) => {
    expect(asksByDate(get(fields))).toBe(expected);
  });
});

describe("isRangeHidden", () => {
  const ask = (ifRange: string | undefined, range: string | undefined = "bytes=0-3") =>
    get({ range, "if-range": ifRange });
  const state = { etag: '"v1"' } as const;

  it.each<
    [
      why: string,
      asked: ReturnType<typeof ask>,
      current: typeof state | null | object | undefined,
      boolean,
      boolean,
    ]
  >([
    ["no Range", get({ "if-range": '"v1"' }), undefined, false, false],
    ["no If-Range", ask(undefined), undefined, false, false],
    ["a state that is not known", ask('"v1"'), undefined, true, false],
    ["a state without a validator", ask('"v1"'), {}, true, false],
    ["nothing here", ask('"v1"'), null, true, false],
    ["the same tag", ask('"v1"'), state, false, false],
    ["another tag", ask('"v2"'), state, true, true],
    ["a weak tag, which never holds", ask('W/"v1"'), undefined, true, true],
  ])("§13.1.5, %s", (_, asked, current, unchecked, checked) => {
    expect(isRangeHidden(asked, current, "unchecked")).toBe(unchecked);
    expect(isRangeHidden(asked, current, undefined)).toBe(unchecked);
    expect(isRangeHidden(asked, current, "checked")).toBe(checked);
  });
});
