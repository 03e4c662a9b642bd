export const why =
  "one reader for all three forms, wherever a part of them stands: obsolete dates cost less and allocate less, but the one form that is sent costs a quarter more";

const SPACE = 0x20;
const HYPHEN = 0x2d;
const ZERO = 0x30;
const NO_NUMBER = 100_000;
const NO_DATE = Number.NaN;
const NAMES =
  "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(
    " ",
  );
const PLACES = new Map(NAMES.map((name, i) => [codeAt(name, 0), i]));

export function parseDate(text: string): number | undefined {
  const second = secondOf(text);
  return Number.isNaN(second) ? undefined : second * 1000;
}

function secondOf(text: string): number {
  const weekday = PLACES.get(codeAt(text, 0))!;
  if (!(weekday >= 12)) return NO_DATE;
  if (text.length === 29) return zoned(text, 5, SPACE, fourDigits(text, 12), 17);
  return text.length === 24 ? asctime(text) : rfc850(text, NAMES[weekday]!);
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(text: string): number {
  return text[3] === " " && text[7] === " " && text[10] === " " && text[19] === " "
    ? momentOf(text, fourDigits(text, 20), 4, text[8] === " " ? digit(text, 9) : twoDigits(text, 8), 11)
    : NO_DATE;
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(text: string, weekday: string): number {
  const at = weekday.length + 2;
  if (!text.startsWith(weekday) || text.length !== at + 22) return NO_DATE;
  // A two-digit year means the latest such year that is at most 50 years ahead.
  const limit = new Date();
  const year = limit.getUTCFullYear() + 50;
  const inCentury = (last: number) =>
    zoned(text, at, HYPHEN, last - (last % 100) + twoDigits(text, at + 7), at + 10);
  const second = inCentury(year);
  return second * 1000 <= limit.setUTCFullYear(year) ? second : inCentury(year - 100);
}

/** `, 06 Nov 1994 08:49:37 GMT`: the positions of its day and time, and the characters around the month. */
function zoned(text: string, at: number, around: number, year: number, timeAt: number): number {
  return text[at - 2] === "," &&
    text[at - 1] === " " &&
    text.charCodeAt(at + 2) === around &&
    text.charCodeAt(at + 6) === around &&
    text[timeAt - 1] === " " &&
    text.endsWith(" GMT")
    ? momentOf(text, year, at + 3, twoDigits(text, at), timeAt)
    : NO_DATE;
}

/** The day must exist; any minute may have a leap second (§5.6.7). */
function momentOf(text: string, year: number, monthAt: number, day: number, at: number): number {
  const month = PLACES.get(codeAt(text, monthAt))!;
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  return year < 10_000 &&
    month < 12 &&
    day > 0 &&
    (day <= 28 || day <= daysBefore(year, month + 1) - daysBefore(year, month)) &&
    hour < 24 &&
    text[at + 2] === ":" &&
    minute < 60 &&
    text[at + 5] === ":" &&
    second <= 60
    ? (((daysBefore(year, month) + day) * 24 + hour) * 60 + minute) * 60 + second
    : NO_DATE;
}

/**
 * Days from the last day of 1969 to the first of a month. Years begin in March here, so that a leap day is the last
 * day.
 */
function daysBefore(year: number, month: number): number {
  const y = month < 2 ? year - 1 : year;
  const century = (y / 100) | 0;
  const daysOfYear = ((153 * ((month + 10) % 12) + 2) / 5) | 0;
  return ((1461 * y) >> 2) - century + (century >> 2) + daysOfYear - 719_469;
}

function codeAt(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  return (second | third) < 0x100 ? (text.charCodeAt(at) << 16) | (second << 8) | third : 0;
}

function fourDigits(text: string, at: number): number {
  return twoDigits(text, at) * 100 + twoDigits(text, at + 2);
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : NO_NUMBER;
}
