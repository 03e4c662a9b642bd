import {
  type Current,
  ifMatch,
  ifModifiedSince,
  ifNoneMatch,
  ifRange,
  ifUnmodifiedSince,
} from "@entity-tag/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { agree } from "./agree.ts";
import { spellings } from "./slow-date.ts";
import { slowHas, slowList } from "./slow-reader.ts";
import { anyText, fieldAndTag, readableList, tagText } from "./tag-text.ts";

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const [then, thenLong, thenOld] = spellings(moment);
const [earlier] = spellings(moment - 1000);
const [later] = spellings(moment + 1000);

const bare: Current = {};
const v1: Current = { etag: '"v1"' };
const weakV1: Current = { etag: 'W/"v1"' };
const forms: Current = { etag: '"v1"', alternates: ['"v1-gzip"', 'W/"v1-br"'] };
const codedForms: Current = { ...v1, alternates: ['"v1-xml"', 'W/"v1-txt"'], codings: ["gzip"] };
const dated: Current = { lastModified: moment };
const strongDate: Current = { lastModified: moment, lastModifiedStrong: true };

const conditions = { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince, ifRange };

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("the five conditions, §13.1", () => {
  it.each(Object.entries(conditions))("%s returns undefined without the field", (_, condition) => {
    for (const state of [null, bare, v1, weakV1, forms, dated, strongDate]) {
      expect(condition(null, state)).toBeUndefined();
      expect(condition(undefined, state)).toBeUndefined();
    }
  });
});

describe("ifMatch, §13.1.1", () => {
  it.each<[field: string, state: Current, strongly: boolean, weakly: boolean, why: string]>([
    ["*", null, false, false, "the resource is absent"],
    ["*", bare, true, true, "here, without a validator"],
    ["*", v1, true, true, "here"],
    [" *\t", dated, true, true, "here, with a date"],
    ['"v1"', v1, true, true, "the tag"],
    ['"v0", "v1"', v1, true, true, "the tag in a list"],
    ['"v0"', v1, false, false, "another tag"],
    ['W/"v1"', v1, false, true, "a weakened tag"],
    ['"v1"', weakV1, false, true, "a weak original"],
    ['W/"v1"', weakV1, false, true, "weak and weak"],
    ['"v1-gzip"', forms, true, true, "an alternate"],
    ['W/"v1-gzip"', forms, false, true, "an alternate, weakened"],
    ['"v1-br"', forms, false, true, "a weak alternate"],
    ['"v1-zip"', forms, false, false, "no alternate"],
    ['"v1-xml-gzip"', codedForms, true, true, "a coding of an alternate"],
    ['"v1-gzip"', codedForms, true, true, "a coding of the tag beside an alternate"],
    ['"v1-txt-gzip"', codedForms, false, true, "a coding of a weak alternate"],
    ['"v1-xml-br"', codedForms, false, false, "a coding that nothing applies, of an alternate"],
    ['"v1"', { etag: '"v1"', alternates: [] }, true, true, "no alternates"],
    ['"v0"', { etag: '"v1"', alternates: [] }, false, false, "no alternates and another tag"],
    ['"v1"', bare, false, false, "the state has no tag"],
    ['"v1"', dated, false, false, "the state has only a date"],
    ['"v1"', null, false, false, "the resource is absent"],
    ["", v1, false, false, "an empty list"],
    [", ,", v1, false, false, "a list of empty members"],
    ["", bare, false, false, "an empty list, and the state has no tag"],
    ['"*"', v1, false, false, "a quoted star is a tag"],
  ])("ifMatch(%j, %j): strongly %s, weakly %s: %s", (field, state, strongly, weakly) => {
    expect(ifMatch(field, state)).toBe(strongly);
    expect(ifMatch(field, state, "strong")).toBe(strongly);
    expect(ifMatch(field, state, "weak")).toBe(weakly);
  });

  it.each(["v1", '"v1", *', '*, "v1"', 'w/"v1"', '"v1" "v1"', '"v1', "* *"])(
    "ifMatch never holds for %j, which is not valid",
    (field) => {
      for (const state of [null, bare, v1, weakV1, forms]) {
        expect(ifMatch(field, state)).not.toBe(true);
        expect(ifMatch(field, state, "weak")).not.toBe(true);
      }
    },
  );
});

describe("ifNoneMatch, §13.1.2", () => {
  it.each<[field: string, state: Current, held: boolean, why: string]>([
    ["*", null, true, "the resource is absent"],
    ["*", bare, false, "here, without a validator"],
    ["*", v1, false, "here"],
    ["\t* ", dated, false, "here, with a date"],
    ['"v1"', v1, false, "the tag"],
    ['W/"v1"', v1, false, "a weak copy"],
    ['"v1"', weakV1, false, "a weak original"],
    ['W/"v1"', weakV1, false, "weak and weak"],
    ['"v0", W/"v1"', v1, false, "in a list"],
    ['"v0"', v1, true, "another tag"],
    ['"v0", "v2"', v1, true, "other tags"],
    ['"v1"', bare, true, "the state has no tag"],
    ['"v1"', dated, true, "the state has only a date"],
    ['"v1"', null, true, "the resource is absent"],
    ["", v1, true, "an empty list"],
    ["", null, true, "an empty list, and the resource is absent"],
    ['"*"', v1, true, "a quoted star is a tag"],
    ['"v1-gzip"', forms, true, "an alternate is not the selected representation"],
    ['"v1-gzip", "v1"', forms, false, "the tag beside an alternate"],
    ['"v1-xml-gzip"', codedForms, true, "a coding of an alternate is not the selected representation"],
  ])("ifNoneMatch(%j, %j) is %s: %s", (field, state, held) => {
    expect(ifNoneMatch(field, state)).toBe(held);
  });
});

describe("ifUnmodifiedSince and ifModifiedSince, §13.1.4 and §13.1.3", () => {
  it.each<
    [
      field: string,
      state: Current,
      unmodified: boolean | undefined,
      modified: boolean | undefined,
      why: string,
    ]
  >([
    [then, dated, true, false, "the same second"],
    [later, dated, true, false, "a later second"],
    [earlier, dated, false, true, "an earlier second"],
    [thenLong, dated, true, false, "RFC 850"],
    [thenOld, dated, true, false, "asctime"],
    [then, { lastModified: moment + 999 }, true, false, "milliseconds are cut off"],
    [then, { lastModified: moment + 1000 }, false, true, "the next second is later"],
    [then, { lastModified: new Date(moment) }, true, false, "a Date"],
    [then, { lastModified: new Date(moment + 1000) }, false, true, "a later Date"],
    [then, { etag: '"v1"', lastModified: moment }, true, false, "beside a tag"],
    [then, strongDate, true, false, "a strong date"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", { lastModified: 0 }, true, false, "the epoch is a valid time"],
    ["Wed, 31 Dec 1969 23:59:59 GMT", { lastModified: 0 }, false, true, "before the epoch"],
    [then, v1, undefined, undefined, "the state has no date"],
    [then, bare, undefined, undefined, "the state has no validator"],
    [then, null, undefined, undefined, "the resource is absent"],
    ["", dated, undefined, undefined, "an empty field"],
    ["1994-11-15T12:45:26Z", dated, undefined, undefined, "an ISO date"],
    [`${then}, ${then}`, dated, undefined, undefined, "a list of dates"],
    ["*", dated, undefined, undefined, "a star"],
  ])("on %j with %j: unmodified %s, modified %s: %s", (field, state, unmodified, modified) => {
    expect(ifUnmodifiedSince(field, state)).toBe(unmodified);
    expect(ifModifiedSince(field, state)).toBe(modified);
  });
});

describe("ifRange, §13.1.5", () => {
  it.each<[field: string, state: Current, held: boolean, why: string]>([
    ['"v1"', v1, true, "the same tag"],
    ['"v2"', v1, false, "another tag"],
    ['"v"', v1, false, "a part of the tag"],
    ['W/"v1"', v1, false, "a weak copy"],
    ['"v1"', weakV1, false, "a weak original"],
    ['W/"v1"', weakV1, false, "weak and weak"],
    ['"v1-gzip"', forms, false, "an alternate has other bytes"],
    ['"v1", "v1"', v1, false, "never a list"],
    ["*", v1, false, "never a star"],
    ["", v1, false, "nothing"],
    ["v1", v1, false, "no quotes"],
    ['"v1"', bare, false, "the state has no tag"],
    ['"v1"', null, false, "the resource is absent"],
    [then, strongDate, true, "the same second, as a strong date"],
    [then, { lastModified: moment + 999, lastModifiedStrong: true }, true, "milliseconds are cut off"],
    [then, { lastModified: new Date(moment), lastModifiedStrong: true }, true, "a Date"],
    [then, dated, false, "it may have changed twice in that second"],
    [
      then,
      { lastModified: moment, lastModifiedStrong: false },
      false,
      "the state says that the date is weak",
    ],
    [earlier, strongDate, false, "earlier"],
    [later, strongDate, false, "later"],
    [then, { lastModifiedStrong: true }, false, "the state has no date"],
    [then, v1, false, "a date for a tag"],
    [then, null, false, "a date, but the resource is absent"],
    [`${then}, ${then}`, strongDate, false, "a list of dates"],
    ["1994-11-15T12:45:26Z", strongDate, false, "an ISO date"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", { lastModified: 0, lastModifiedStrong: true }, true, "the epoch"],
  ])("ifRange(%j, %j) is %s: %s", (field, state, held) => {
    expect(ifRange(field, state)).toBe(held);
  });
});

describe("the five conditions and a state that is not valid", () => {
  it.each(["v1", "", "*", 'w/"v1"', '"v1', 'v1"'])(
    "ifMatch and ifNoneMatch refuse %j for a tag, and show it",
    (wrong) => {
      // @ts-expect-error: what a caller without types may pass
      const state: Current = { etag: wrong };
      // @ts-expect-error: what a caller without types may pass
      const beside: Current = { etag: '"v0"', alternates: [wrong] };
      for (const ask of [
        () => ifMatch('"v2"', state),
        () => ifNoneMatch('"v2"', state),
        () => ifMatch('"v2"', beside),
      ]) {
        expect(ask).toThrow(TypeError);
        expect(ask).toThrow(JSON.stringify(wrong));
      }
    },
  );

  it("ifModifiedSince, ifUnmodifiedSince and ifRange refuse a time that is not valid", () => {
    for (const lastModified of [Number.NaN, Number.POSITIVE_INFINITY, new Date("yesterday")]) {
      const state = { lastModified, lastModifiedStrong: true };
      for (const condition of [ifModifiedSince, ifUnmodifiedSince, ifRange]) {
        expect(() => condition(then, state)).toThrow(TypeError);
      }
    }
  });
});

describe("states that are refused", () => {
  it("ifMatch does not accept a single quotation mark as a tag, although it begins and ends with one", () => {
    expect(() => ifMatch('"zzz"', { etag: '"' as never })).toThrow(TypeError);
    expect(() => ifNoneMatch('"zzz"', { etag: null as never })).toThrow("null is not an entity tag");
  });

  it("ifModifiedSince does not treat null as the year 1970", () => {
    expect(() => ifModifiedSince("Tue, 15 Nov 1994 12:45:26 GMT", { lastModified: null as never })).toThrow(
      "lastModified null is not a valid time",
    );
  });
});

describe("laws of the conditions", () => {
  const comparison = fc.constantFrom("strong" as const, "weak" as const);

  it("law: ifMatch and ifNoneMatch agree with a slow, obvious reader on every valid field", () => {
    fc.assert(
      fc.property(fieldAndTag, comparison, ([field, etag], how) => {
        const list = slowList(field);
        if (list === undefined) return;
        const star = list === "*";
        agree(ifMatch(field, { etag }, how), star || slowHas(list, etag, how), field);
        agree(ifNoneMatch(field, { etag }), !(star || slowHas(list, etag, "weak")), field);
        agree(ifMatch(field, null, how), false, field);
        agree(ifNoneMatch(field, null), true, field);
        agree(ifMatch(field, {}, how), star, field);
        agree(ifNoneMatch(field, {}), !star, field);
      }),
      { numRuns: runs(1000) },
    );
  });

  it("law: an invalid condition authorises no write, whatever the state is", () => {
    const state = fc.oneof(
      fc.constantFrom<Current[]>(null, {}),
      tagText.map((etag): Current => ({ etag })),
    );
    fc.assert(
      fc.property(fieldAndTag, state, comparison, ([field], current, how) => {
        if (slowList(field) === undefined) agree(ifMatch(field, current, how), false, field);
      }),
      { numRuns: runs(500) },
    );
  });

  it("law: If-Match held strongly holds weakly, and then If-None-Match with the same list does not", () => {
    fc.assert(
      fc.property(readableList, tagText, (list, etag) => {
        if (!ifMatch(list.field, { etag })) return;
        expect(ifMatch(list.field, { etag }, "weak")).toBe(true);
        expect(ifNoneMatch(list.field, { etag })).toBe(false);
      }),
    );
  });

  it("law: no field makes a condition throw", () => {
    const states: Current[] = [null, bare, v1, weakV1, forms, dated, strongDate];
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fieldAndTag.map(([field]) => field),
        ),
        (field) => {
          for (const state of states) {
            for (const condition of Object.values(conditions)) {
              agree([true, false, undefined].includes(condition(field, state)), true, field);
            }
          }
        },
      ),
    );
  });
});
