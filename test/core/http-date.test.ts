import { formatDate, parseDate } from "@entity-tag/core";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runs } from "../runs.ts";
import { agree } from "./agree.ts";
import { longDays, moment, months, slowDate, spellings } from "./slow-date.ts";
import { anyText } from "./tag-text.ts";

const classic = Date.UTC(1994, 10, 6, 8, 49, 37);
const now = Date.UTC(2026, 10, 22);

// The longest of these take a second, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

describe("parseDate, §5.6.7", () => {
  it.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", classic, "IMF-fixdate"],
    ["Sunday, 06-Nov-94 08:49:37 GMT", classic, "RFC 850"],
    ["Sun Nov  6 08:49:37 1994", classic, "asctime, always GMT"],
    ["Sun Nov 06 08:49:37 1994", classic, "asctime with a zero"],
    ["Tue Nov 15 08:49:37 1994", Date.UTC(1994, 10, 15, 8, 49, 37), "asctime with a two-digit day"],
    ["Mon, 06 Nov 1994 08:49:37 GMT", classic, "a weekday that does not agree: we choose to read it"],
    ["Monday, 06-Nov-94 08:49:37 GMT", classic, "a long weekday that does not agree"],
    ["Sat Nov  6 08:49:37 1994", classic, "an asctime weekday that does not agree"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0, "the epoch"],
    ["Wed, 31 Dec 1969 23:59:59 GMT", -1000, "before the epoch"],
    ["Thu, 29 Feb 1996 00:00:00 GMT", Date.UTC(1996, 1, 29), "a leap day"],
    ["Tue, 29 Feb 2000 00:00:00 GMT", Date.UTC(2000, 1, 29), "a leap day in a century that has one"],
    ["Tuesday, 29-Feb-00 00:00:00 GMT", Date.UTC(2000, 1, 29), "a leap day with two digits"],
    ["Fri, 31 Dec 9999 23:59:59 GMT", Date.UTC(9999, 11, 31, 23, 59, 59), "the last second"],
    [
      "Sun, 06 Nov 0094 08:49:37 GMT",
      moment(94, 10, 6, 8, 49, 37),
      "a year of the first century is not 1994",
    ],
    ["Mon Nov  6 08:49:37 0094", moment(94, 10, 6, 8, 49, 37), "the same in asctime"],
    ["Sun, 06 Nov 1994 00:00:00 GMT", Date.UTC(1994, 10, 6), "midnight"],
  ])("parseDate reads %j as %d: %s", (text, ms) => {
    expect(parseDate(text, now)).toBe(ms);
  });

  it("parseDate reads a leap second as the first second of the next minute", () => {
    const before = Date.UTC(1998, 11, 31, 23, 59, 59);
    for (const text of [
      "Thu, 31 Dec 1998 23:59:60 GMT",
      "Thursday, 31-Dec-98 23:59:60 GMT",
      "Thu Dec 31 23:59:60 1998",
    ]) {
      expect(parseDate(text, now), text).toBeGreaterThanOrEqual(before);
      expect(parseDate(text, now), text).toBeLessThanOrEqual(before + 1000);
    }
  });

  it.each([
    "",
    " ",
    "0",
    "784111777",
    "784111777000",
    "1994",
    "1994-11-06",
    "1994-11-06T08:49:37Z",
    "1994-11-06T08:49:37.000Z",
    "1994-11-06 08:49:37 GMT",
    "11/06/1994",
    "now",
    "*",
    '"Sun, 06 Nov 1994 08:49:37 GMT"',
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 UT",
    "Sun, 06 Nov 1994 08:49:37 Z",
    "Sun, 06 Nov 1994 08:49:37 gmt",
    "Sun, 06 Nov 1994 08:49:37 EST",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 GMT+0000",
    "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMTx",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 GM",
    "xSun, 06 Nov 1994 08:49:37 GMT",
    "SUN, 06 Nov 1994 08:49:37 GMT",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 NOV 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 01994 08:49:37 GMT",
    "Sun, 06 Nov -994 08:49:37 GMT",
    "Sun, 06 Nov +994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 006 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994  8:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 08:49:37.000 GMT",
    "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sun,06 Nov 1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06  Nov 1994 08:49:37 GMT",
    "Sun, 06\tNov 1994 08:49:37 GMT",
    "Sun, 06\xa0Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    ", 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06 Nov 1994 08:49:37 GMT",
    "Foo, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 November 1994 08:49:37 GMT",
    "Sun, 06 nNo 1994 08:49:37 GMT",
    "Sun, 06 anF 1994 08:49:37 GMT",
    "unM, 06 Nov 1994 08:49:37 GMT",
    "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    "Sun, 0x Nov 1994 08:49:37 GMT",
    "Sun, 0/ Nov 1994 08:49:37 GMT",
    "Sun, 0: Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 32 Dec 1994 08:49:37 GMT",
    "Sun, 30 Feb 1996 08:49:37 GMT",
    "Sun, 29 Feb 1994 08:49:37 GMT",
    "Sun, 29 Feb 1900 08:49:37 GMT",
    "Sun, 29 Feb 2100 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 6-Nov-94 08:49:37 GMT",
    "Sunday, 06-NOV-94 08:49:37 GMT",
    "sunday, 06-Nov-94 08:49:37 GMT",
    "Someday, 06-Nov-94 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 UTC",
    "Sunday, 06-Nov-94 08:49:37",
    "Sunday, 31-Nov-94 08:49:37 GMT",
    "Sunday, 29-Feb-95 08:49:37 GMT",
    "Sunday,06-Nov-94 08:49:37 GMT",
    "Sunday 06-Nov-94 08:49:37 GMT",
    "Sunday,-06 Nov-94 08:49:37 GMT",
    "Sunday, 06 Nov-1994-:49:37 GMT",
    "Sunday, 06-Nov-94-08:49:37 GMT",
    "Jan, 06-Nov-94 08:49:37 GMT",
    "Nov, 06 Nov 1994 08:49:37 GMT",
    "Nov Nov  6 08:49:37 1994",
    "Sun, 06 Sun 1994 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov   6 08:49:37 1994",
    "Sun Nov 1  08:49:37 1994",
    "Sun Nov    08:49:37 1994",
    "SunxNov  6 08:49:37 1994",
    "Sun Novx 6 08:49:37 1994",
    "Sun Nov  6x08:49:37 1994",
    "Sun Nov  6 08:49:37x1994",
    "Sun, 06 Nov 1994 08:49:3",
    "Sun Nov  6 08:49:37 94",
    "Sun Nov  6 08:49:37 1994 GMT",
    "Sun Nov  6 08:49:37 GMT 1994",
    "Sunday Nov  6 08:49:37 1994",
    "Sun, Nov  6 08:49:37 1994",
    "Sun Nov  0 08:49:37 1994",
    "Sun Nov 31 08:49:37 1994",
    "Sun nov  6 08:49:37 1994",
    "Sun Nov  6  8:49:37 1994",
    "Sun Nov  x 08:49:37 1994",
  ])("parseDate does not read %j", (text) => {
    expect(parseDate(text, now)).toBeUndefined();
  });

  it("parseDate returns undefined without a field", () => {
    expect(parseDate(null)).toBeUndefined();
    expect(parseDate(undefined)).toBeUndefined();
  });
});

describe("parseDate and a year of two digits", () => {
  const year = (digits: string, at: number) => {
    const ms = parseDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, at);
    return ms === undefined ? undefined : new Date(ms).getUTCFullYear();
  };

  it.each([
    ["26", 2026],
    ["27", 2027],
    ["25", 2025],
    ["00", 2000],
    ["75", 2075],
    ["77", 1977],
    ["99", 1999],
  ])("parseDate takes %s for %d in 2026", (digits, full) => {
    expect(year(digits, now)).toBe(full);
  });

  it("parseDate follows the clock that it is given", () => {
    expect(year("75", Date.UTC(2020, 0, 1))).toBe(1975);
    expect(year("75", Date.UTC(2030, 0, 1))).toBe(2075);
    expect(year("99", Date.UTC(1999, 11, 31))).toBe(1999);
    expect(year("51", Date.UTC(1999, 11, 31))).toBe(1951);
    expect(year("00", Date.UTC(1999, 11, 31))).toBe(2000);
    expect(year("99", Date.UTC(2000, 0, 1))).toBe(1999);
    expect(year("99", Date.UTC(1050, 0, 1))).toBe(1099);
    expect(year("00", Date.UTC(1050, 0, 1))).toBe(1000);
  });

  it("parseDate compares the exact time, not the year: more than 50 years ahead is the past", () => {
    const at = Date.UTC(2026, 10, 22, 12);
    expect(parseDate("Sunday, 22-Nov-76 12:00:00 GMT", at)).toBe(Date.UTC(2076, 10, 22, 12));
    expect(parseDate("Monday, 22-Nov-76 12:00:01 GMT", at)).toBe(Date.UTC(1976, 10, 22, 12, 0, 1));
    expect(parseDate("Friday, 31-Dec-76 00:00:00 GMT", at)).toBe(Date.UTC(1976, 11, 31));
    expect(parseDate("Wednesday, 01-Jan-76 00:00:00 GMT", at)).toBe(Date.UTC(2076, 0, 1));
  });

  it("parseDate judges a leap day in the year that it means", () => {
    expect(parseDate("Friday, 29-Feb-80 00:00:00 GMT", now)).toBe(Date.UTC(1980, 1, 29));
    expect(parseDate("Friday, 29-Feb-78 00:00:00 GMT", now)).toBeUndefined();
  });

  it("parseDate reads the clock when `now` is not given", () => {
    vi.useFakeTimers({ now: Date.UTC(2020, 0, 1) });
    expect(parseDate("Sunday, 06-Nov-75 08:49:37 GMT")).toBe(Date.UTC(1975, 10, 6, 8, 49, 37));
    vi.setSystemTime(Date.UTC(2030, 0, 1));
    expect(parseDate("Sunday, 06-Nov-75 08:49:37 GMT")).toBe(Date.UTC(2075, 10, 6, 8, 49, 37));
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("formatDate, §5.6.7", () => {
  it.each([
    [classic, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [classic + 999, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [classic + 0.5, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [0, "Thu, 01 Jan 1970 00:00:00 GMT"],
    [-1000, "Wed, 31 Dec 1969 23:59:59 GMT"],
    [Date.UTC(2000, 1, 29, 23, 59, 59), "Tue, 29 Feb 2000 23:59:59 GMT"],
    [Date.UTC(9999, 11, 31, 23, 59, 59), "Fri, 31 Dec 9999 23:59:59 GMT"],
    [moment(94, 10, 6, 8, 49, 37), "Sat, 06 Nov 0094 08:49:37 GMT"],
  ])("formatDate writes %d as %s", (ms, text) => {
    expect(formatDate(ms)).toBe(text);
  });

  it.each([NaN, Infinity, -Infinity, 8.64e15 + 1])("formatDate refuses %d, which is not a time", (ms) => {
    expect(() => formatDate(ms)).toThrow(TypeError);
  });

  it.each([Date.UTC(10_000, 0, 1), 8.64e15, moment(-1, 0, 1, 0, 0, 0)])(
    "formatDate refuses %d, whose year does not have four digits",
    (ms) => {
      expect(() => formatDate(ms)).toThrow(TypeError);
    },
  );
});

describe("laws of the date", () => {
  const anySecond = fc
    .integer({ min: moment(1, 0, 1, 0, 0, 0) / 1000, max: Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 })
    .map((seconds) => seconds * 1000);

  it("law: parsing a formatted date gives the same second", () => {
    fc.assert(
      fc.property(anySecond, fc.nat({ max: 999 }), (ms, rest) => {
        expect(parseDate(formatDate(ms))).toBe(ms);
        expect(formatDate(ms + rest)).toBe(formatDate(ms));
        expect(formatDate(ms)).toBe(spellings(ms)[0]);
      }),
      { numRuns: runs(1000) },
    );
  });

  it("law: the three spellings mean the same time, on every day of two centuries", () => {
    const wrong: string[] = [];
    let days = 0;
    for (let ms = Date.UTC(1900, 0, 1, 13, 2, 41); ms < Date.UTC(2101, 0, 1); ms += 86_400_000) {
      days++;
      const [imf, rfc850, asctime] = spellings(ms);
      if (parseDate(imf, ms) !== ms) wrong.push(imf);
      if (parseDate(asctime, ms) !== ms) wrong.push(asctime);
      if (parseDate(rfc850, ms) !== ms) wrong.push(`${rfc850} in its own year`);
    }
    expect(wrong).toEqual([]);
    expect(days).toBe(73_414);
  });

  it("law: every day number of every month is read exactly when the month has it", () => {
    for (const year of [1900, 1994, 1996, 2000, 2023, 2024, 2100]) {
      for (const name of months) {
        for (let day = 0; day <= 99; day++) {
          const number = String(day).padStart(2, "0");
          const text = `Mon, ${number} ${name} ${year} 00:00:00 GMT`;
          if (parseDate(text, now) !== slowDate(text, now)) expect.unreachable(text);
          const old = `Mon ${name} ${number} 00:00:00 ${year}`;
          if (parseDate(old, now) !== slowDate(old, now)) expect.unreachable(old);
        }
      }
    }
  });

  it("law: parseDate agrees with a slow, obvious reader on dates with one character wrong", () => {
    const clock = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2049, 11, 31) });
    const character = fc.constantFrom(..."0123456789 ,:-+GMTSunFebayx\t\xa0");
    fc.assert(
      fc.property(
        anySecond,
        fc.nat({ max: 2 }),
        fc.nat(),
        character,
        fc.nat({ max: 4 }),
        clock,
        (ms, form, place, sign, how, at) => {
          const date = spellings(ms)[form]!;
          const i = place % date.length;
          const changed = [
            date,
            date.slice(0, i) + sign + date.slice(i + 1),
            date.slice(0, i) + sign + date.slice(i),
            date.slice(0, i) + date.slice(i + 1),
            // They have the same lower eight bits.
            date.slice(0, i) + String.fromCharCode(date.charCodeAt(i) + 256) + date.slice(i + 1),
          ][how]!;
          if (/^[ \t]|[ \t]$/.test(changed)) return; // White space around a field does not belong to its value.
          agree(parseDate(changed, at), slowDate(changed, at), changed);
        },
      ),
      { numRuns: runs(5000) },
    );
  });

  it("law: parseDate agrees with a slow, obvious reader on dates made of wrong parts", () => {
    const number = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, "0"));
    const day = fc.oneof(number, fc.constantFrom(" 6", "6", "006"));
    const short = fc.constantFrom(...longDays.map((name) => name.slice(0, 3)), "Foo", "sun", ...longDays);
    const month = fc.constantFrom(...months, "nov", "Foo", "Novem");
    const year = fc.oneof(number, fc.constantFrom("1994", "2000", "2100", "0000", "9999", "10000", "994"));
    const time = fc
      .tuple(
        fc.oneof(number, fc.constantFrom("23", "00")),
        number,
        fc.oneof(number, fc.constantFrom("60", "59")),
      )
      .map((parts) => parts.join(":"));
    const zone = fc.constantFrom(" GMT", " GMT", " UTC", "", "GMT");
    fc.assert(
      fc.property(short, day, month, year, time, zone, fc.nat({ max: 2 }), (w, d, m, y, t, z, form) => {
        const text = [
          `${w}, ${d} ${m} ${y} ${t}${z}`,
          `${w}, ${d}-${m}-${y} ${t}${z}`,
          `${w} ${m} ${d} ${t} ${y}`,
        ][form]!;
        agree(parseDate(text, now), slowDate(text, now), text);
      }),
      { numRuns: runs(5000) },
    );
  });

  it("law: parseDate never throws, and returns a valid time or undefined", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.string({ unit: "grapheme" })), (text) => {
        expect(parseDate(text) ?? 0).toBeTypeOf("number");
        expect(parseDate(text)).not.toBeNaN();
      }),
    );
  });
});
