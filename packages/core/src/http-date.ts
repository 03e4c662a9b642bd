const DAYS = "SunMonTueWedThuFriSat";
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const LONG_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/** From 1 January of the year 1 to 1 January 1970. */
const DAYS_BEFORE_EPOCH = 719_162;
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
/** No digit, no name, no time of day stands there. */
const NONE = -1;

/**
 * The moment that an HTTP date names, in milliseconds since the epoch, or `undefined` if it is not one.
 *
 * Reads the three forms of the standard and nothing else: no ISO 8601, no number, no zone but GMT. The day must
 * exist; the weekday must be one, but need not be that day's (we choose). Second 60 is the next minute's first.
 * `now`, in milliseconds, settles the century of a two-digit year: never more than 50 years ahead. Never throws.
 *
 * @example
 * parseDate("Sun, 06 Nov 1994 08:49:37 GMT"); // 784111777000
 * parseDate("1994-11-06T08:49:37Z"); // undefined
 * @see RFC 9110 §5.6.7
 */
export function parseDate(text: string | null | undefined, now?: number): number | undefined {
  if (typeof text !== "string") return undefined;
  if (text.length === 29) return parseImfFixdate(text);
  if (text.length === 24) return parseAsctime(text);
  return parseRfc850(text, now);
}

/**
 * The moment as an IMF-fixdate, the form that is sent. Milliseconds are cut off.
 *
 * @throws {TypeError} on what is no moment, or lies outside the years 0 to 9999
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

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseImfFixdate(text: string): number | undefined {
  if (nameAt(DAYS, text, 0) < 0 || !text.startsWith(", ", 3) || !text.endsWith(" GMT")) return undefined;
  if (!has(text, 7, SPACE) || !has(text, 11, SPACE) || !has(text, 16, SPACE)) return undefined;
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  return moment(year, nameAt(MONTHS, text, 8), twoDigits(text, 5), timeOfDay(text, 17));
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(text: string): number | undefined {
  if (nameAt(DAYS, text, 0) < 0 || !has(text, 3, SPACE) || !has(text, 7, SPACE)) return undefined;
  if (!has(text, 10, SPACE) || !has(text, 19, SPACE)) return undefined;
  const day = has(text, 8, SPACE) ? digit(text, 9) : twoDigits(text, 8);
  const year = twoDigits(text, 20) * 100 + twoDigits(text, 22);
  return moment(year, nameAt(MONTHS, text, 4), day, timeOfDay(text, 11));
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(text: string, now = Date.now()): number | undefined {
  const comma = text.length - 24;
  if (!LONG_DAYS.some((day) => day.length === comma && text.startsWith(day))) return undefined;
  if (!text.startsWith(", ", comma) || !text.endsWith(" GMT")) return undefined;
  if (!has(text, comma + 4, DASH) || !has(text, comma + 8, DASH) || !has(text, comma + 11, SPACE))
    return undefined;
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const yearOfCentury = twoDigits(text, comma + 9);
  const month = nameAt(MONTHS, text, comma + 5);
  const day = twoDigits(text, comma + 2);
  const seconds = timeOfDay(text, comma + 12);
  if (yearOfCentury < 0) return undefined;
  const year = Math.floor(limit.getUTCFullYear() / 100) * 100 + yearOfCentury;
  const ms = moment(year, month, day, seconds);
  return ms !== undefined && ms <= limit.getTime() ? ms : moment(year - 100, month, day, seconds);
}

/** The day must exist. Year and second count from 0, the month too, the day from 1. */
function moment(year: number, month: number, day: number, seconds: number): number | undefined {
  if (year < 0 || month < 0 || seconds < 0 || day < 1) return undefined;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > DAYS_IN[month]! + (leap && month === 1 ? 1 : 0)) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const dayOfYear = DAYS_BEFORE[month]! + day - 1 + (leap && month > 1 ? 1 : 0);
  return ((past * 365 + leapDays + dayOfYear - DAYS_BEFORE_EPOCH) * 86_400 + seconds) * 1000;
}

/** Seconds since midnight in `08:49:37`. The grammar allows a leap second, whenever it may be. */
function timeOfDay(text: string, at: number): number {
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return NONE;
  if (!has(text, at + 2, COLON) || !has(text, at + 5, COLON)) return NONE;
  return hour * 3600 + minute * 60 + second;
}

/** Which of the three-letter names stands there. */
function nameAt(names: string, text: string, at: number): number {
  for (let i = 0; i < names.length; i += 3) {
    if (
      text.charCodeAt(at) === names.charCodeAt(i) &&
      text.charCodeAt(at + 1) === names.charCodeAt(i + 1) &&
      text.charCodeAt(at + 2) === names.charCodeAt(i + 2)
    ) {
      return i / 3;
    }
  }
  return NONE;
}

/** Far below zero if one of the two is no digit, so that no sum with it is a number that exists. */
function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= ZERO && code <= NINE ? code - ZERO : -100_000;
}

function has(text: string, at: number, code: number): boolean {
  return text.charCodeAt(at) === code;
}
