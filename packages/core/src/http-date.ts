import { COLON, COMMA, GMT, NO_DATE, NO_NUMBER, SPACE, ZERO } from "./constants.ts";

/** The months have the numbers 0 to 11, the days of the week those from 12 on. */
const NAMES = /* @__PURE__ */ (
  "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec " +
  "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"
).split(" ");
const PLACES = /* @__PURE__ */ new Map(/* @__PURE__ */ NAMES.map((name, i) => [lettersAt(name, 0), i]));

const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/**
 * The time that an HTTP date names, in milliseconds since the epoch, or `undefined` if it is not an HTTP date.
 *
 * It reads only the three forms of the standard: no ISO 8601, no number, no zone except GMT. The day must exist.
 * The weekday must be the name of a weekday, but need not be the right one (we choose). Second 60 is the first of
 * the next minute. `now`, in milliseconds, decides the century of a two-digit year, which is never more than 50
 * years ahead. `now` must be in the year 1050 or later. It never throws.
 *
 * @example
 * parseDate("Sun, 06 Nov 1994 08:49:37 GMT"); // 784111777000
 * parseDate("1994-11-06T08:49:37Z"); // undefined
 * @see RFC 9110 §5.6.7
 */
export function parseDate(text: string | null | undefined, now?: number): number | undefined {
  const second = secondOf(text, now);
  return Number.isNaN(second) ? undefined : second * 1000;
}

/**
 * The time as an IMF-fixdate, the form to send. Milliseconds are cut off.
 *
 * @throws {TypeError} on a time that is not valid, or is outside the years 0 to 9999
 * @example
 * formatDate(784111777000); // "Sun, 06 Nov 1994 08:49:37 GMT"
 * @see RFC 9110 §5.6.7
 */
export function formatDate(ms: number): string {
  if (typeof ms === "number" && ms >= FIRST && ms <= LAST) return new Date(ms).toUTCString();
  throw new TypeError(
    `Cannot write ${String(ms)} as an HTTP date: use milliseconds since the epoch, in the years 0 to 9999`,
  );
}

/**
 * Like {@link parseDate}, but in seconds, and NaN if it is not a date: engines keep small numbers without
 * allocating.
 */
export function secondOf(text: string | null | undefined, now?: number): number {
  if (typeof text !== "string") return NO_DATE;
  if (text.length === 29) return imfFixdate(text);
  if (text.length === 24) return asctime(text);
  return text.length > 29 ? rfc850(text, now) : NO_DATE;
}

/** Reads `Sun, 06 Nov 1994 08:49:37 GMT`. Each index is a constant, because engines make that fast. */
function imfFixdate(text: string): number {
  const day = twoDigits(text, 5);
  const month = PLACES.get(lettersAt(text, 8))!;
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  const hour = twoDigits(text, 17);
  const minute = twoDigits(text, 20);
  const second = twoDigits(text, 23);
  const weekday = PLACES.get(lettersAt(text, 0))!;
  const isDate =
    weekday >= 12 &&
    hasSeparators(text) &&
    isDayOfMonth(year, month, day) &&
    // Any minute may have a leap second (§5.6.7).
    hour < 24 &&
    minute < 60 &&
    second <= 60;
  return isDate ? (((daysBefore(year, month) + day) * 24 + hour) * 60 + minute) * 60 + second : NO_DATE;
}

/** All differences are collected in one number, which is tested once. */
function hasSeparators(text: string): boolean {
  return (
    ((text.charCodeAt(3) ^ COMMA) |
      (text.charCodeAt(4) ^ SPACE) |
      (text.charCodeAt(7) ^ SPACE) |
      (text.charCodeAt(11) ^ SPACE) |
      (text.charCodeAt(16) ^ SPACE) |
      (text.charCodeAt(19) ^ COLON) |
      (text.charCodeAt(22) ^ COLON) |
      (text.charCodeAt(25) ^ SPACE) |
      (lettersAt(text, 26) ^ GMT)) ===
    0
  );
}

function isDayOfMonth(year: number, month: number, day: number): boolean {
  return (
    year < 10_000 &&
    month < 12 &&
    day > 0 &&
    (day <= 28 || day <= daysBefore(year, month + 1) - daysBefore(year, month))
  );
}

/** Rewrites `Sun Nov  6 08:49:37 1994` as an IMF-fixdate. */
function asctime(text: string): number {
  const day = text.slice(7, 11).replace("  ", " 0");
  return imfFixdate(
    `${text.slice(0, 3)},${day}${text.slice(4, 7)}${text.slice(19)}${text.slice(10, 19)}${text[3]}GMT`,
  );
}

/** Rewrites `Sunday, 06-Nov-94 08:49:37 GMT` as an IMF-fixdate. */
function rfc850(text: string, now = Date.now()): number {
  const [weekday, date] = text.split(", ") as [string, string];
  if (!NAMES.includes(weekday) || text.length !== weekday.length + 24 || date[2]! + date[6] !== "--") {
    return NO_DATE;
  }
  // We choose (decision 3): a two-digit year means the latest such year that is at most 50 years ahead.
  const limit = new Date(now);
  const year = 50 + limit.getUTCFullYear();
  const inCentury = (last: number) =>
    imfFixdate(
      `${text.slice(0, 3)}, ${date.slice(0, 2)} ${date.slice(3, 6)} ${(last / 100) | 0}${date.slice(7)}`,
    );
  const second = inCentury(year);
  return second <= limit.setUTCFullYear(year) / 1000 ? second : inCentury(year - 100);
}

/**
 * Days from the last day of 1969 to the first of a month. Years begin in March here, so that a leap day is the last
 * day.
 */
function daysBefore(year: number, month: number): number {
  const y = month < 2 ? year - 1 : year;
  const century = (y / 100) | 0;
  const daysOfYear = (979 * ((month + 10) % 12) + 16) >> 5;
  return ((1461 * y) >> 2) - century + (century >> 2) + daysOfYear - 719_469;
}

/** Three letters as one number, because comparing a number is cheaper than reading the letters again. */
function lettersAt(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  // Reject code units above 0xFF: shifted, they would overlap the next letter's bits.
  return (second | third) < 0x100 ? (text.charCodeAt(at) << 16) | (second << 8) | third : 0;
}

/** Reads two digits: `code ^ 0x30` is 0 to 9 only for a digit, and adding 6 to more than 9 overflows four bits. */
function twoDigits(text: string, at: number): number {
  const ten = text.charCodeAt(at) ^ ZERO;
  const one = text.charCodeAt(at + 1) ^ ZERO;
  return ((ten + 6) | (one + 6)) < 16 ? ten * 10 + one : NO_NUMBER;
}
