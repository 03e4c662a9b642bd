import { type Current, validatorFields } from "@entity-tag/core";
import { lastModifiedUpToNow } from "@entity-tag/core/adapter";
import { describe, expect, it } from "vitest";

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const then = "Tue, 15 Nov 1994 12:45:26 GMT";

describe("validatorFields, §8.8", () => {
  it.each<[Current, [string, string][]]>([
    [null, []],
    [{}, []],
    [{ etag: undefined, lastModified: undefined }, []],
    [{ etag: '"v1"' }, [["ETag", '"v1"']]],
    [{ etag: 'W/"v1"', alternates: ['"v1-gzip"'] }, [["ETag", 'W/"v1"']]],
    [{ lastModified: moment + 999 }, [["Last-Modified", then]]],
    [{ lastModified: new Date(moment), lastModifiedStrong: true }, [["Last-Modified", then]]],
    [{ lastModified: 0 }, [["Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"]]],
    [
      { etag: '"v1"', lastModified: moment },
      [
        ["ETag", '"v1"'],
        ["Last-Modified", then],
      ],
    ],
  ])("validatorFields(%j) is %j", (current, fields) => {
    expect(validatorFields(current)).toEqual(fields);
    expect([...new Headers(validatorFields(current))]).toHaveLength(fields.length);
  });

  it("validatorFields refuses a time that is not valid", () => {
    expect(() => validatorFields({ lastModified: Number.NaN })).toThrow(TypeError);
    expect(() => validatorFields({ lastModified: new Date("yesterday") })).toThrow(TypeError);
  });

  it.each([Number.NaN, "2024-01-01", null, {}])("validatorFields shows the invalid time: %j", (time) => {
    expect(() => validatorFields({ lastModified: time as never })).toThrow(TypeError);
  });

  it.each(["v1", 'w/"v1"', '"a b"', '"a", "b"', '"', "*", "", null, 1])(
    "validatorFields never sends a text that is not a tag: %j",
    (etag) => {
      expect(() => validatorFields({ etag: etag as never })).toThrow(
        `${JSON.stringify(etag)} is not an entity tag`,
      );
    },
  );
});

describe("lastModifiedUpToNow, §8.8.2.1", () => {
  it.each<[field: string | null | undefined, sent: string | undefined]>([
    ["Tue, 15 Nov 1994 12:45:27 GMT", then],
    ["Friday, 01-Jan-10 00:00:00 GMT", then],
    [then, undefined],
    ["Tue, 15 Nov 1994 12:45:25 GMT", undefined],
    ["2100-01-01", undefined],
    ["", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("lastModifiedUpToNow of %j is %j", (field, sent) => {
    expect(lastModifiedUpToNow(field, moment)).toBe(sent);
  });

  it("lastModifiedUpToNow takes the clock of the machine, if it is given no time", () => {
    expect(lastModifiedUpToNow(then)).toBeUndefined();
    expect(Date.parse(lastModifiedUpToNow("Fri, 01 Jan 2100 00:00:00 GMT")!)).toBeLessThanOrEqual(Date.now());
  });
});
