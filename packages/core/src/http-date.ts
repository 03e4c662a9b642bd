/** The months, from 0 to 11, and behind them the days of the week, from 12 on. */
const NAMES = /* @__PURE__ */ (
  "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec " +
  "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"
).split(" ");
const PLACES = /* @__PURE__ */ new Map(/* @__PURE__ */ NAMES.map((name, i) => [codeAt(name, 0), i]));
const ZERO = 0x30;
/** Read where digits should be and are not: larger than any number in a date. */
const NO_NUMBER = 100_000;

const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

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
  if (text.length === 29) return imfFixdate(text);
  return text.length === 24 ? asctime(text) : rfc850(text, now);
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

/** `Sun, 06 Nov 1994 08:49:37 GMT`, on a day that must exist; a leap second may be any minute's (§5.6.7). */
function imfFixdate(text: string): number | undefined {
  const day = twoDigits(text, 5);
  const month = PLACES.get(codeAt(text, 8))!;
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  const hour = twoDigits(text, 17);
  const minute = twoDigits(text, 20);
  const second = twoDigits(text, 23);
  const isDate =
    PLACES.get(codeAt(text, 0))! >= 12 &&
    text[3] === "," &&
    text[4] === " " &&
    day > 0 &&
    text[7] === " " &&
    month < 12 &&
    text[11] === " " &&
    year < 10_000 &&
    text[16] === " " &&
    hour < 24 &&
    text[19] === ":" &&
    minute < 60 &&
    text[22] === ":" &&
    second <= 60 &&
    text[25] === " " &&
    text[26] === "G" &&
    text[27] === "M" &&
    text[28] === "T";
  if (!isDate) return undefined;
  const first = daysBefore(year, month);
  if (day > 28 && day > daysBefore(year, month + 1) - first) return undefined;
  return ((((first + day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(text: string): number | undefined {
  if (text[19] !== " ") return undefined;
  const day = text[8] === " " ? `0${text[9]}` : text.slice(8, 10);
  return imfFixdate(
    `${text.slice(0, 3)}, ${day}${text.slice(3, 8)}${text.slice(20)}${text.slice(10, 19)} GMT`,
  );
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(text: string, now = Date.now()): number | undefined {
  const date = text.slice(0, 3) + text.slice(-24);
  if (!NAMES.includes(text.slice(0, -24), 12) || date[7] !== "-" || date[11] !== "-") return undefined;
  // A two-digit year is the latest one that lies at most 50 years ahead.
  const limit = new Date(now);
  const year = limit.getUTCFullYear() + 50;
  const inCentury = (century: number) =>
    imfFixdate(`${date.slice(0, 7)} ${date.slice(8, 11)} ${century}${date.slice(12)}`);
  const latest = (year / 100) | 0;
  const ms = inCentury(latest);
  return ms! <= limit.setUTCFullYear(year) ? ms : inCentury(latest - 1);
}

/** From the last day of 1969 to the first of a month, in years that begin in March: a leap day is then the last. */
function daysBefore(year: number, month: number): number {
  const y = month < 2 ? year - 1 : year;
  const century = (y / 100) | 0;
  const daysOfYear = ((153 * ((month + 10) % 12) + 2) / 5) | 0;
  return ((1461 * y) >> 2) - century + (century >> 2) + daysOfYear - 719_469;
}

/** Three letters as one number: comparing it is cheaper than reading them again. */
function codeAt(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  // What is larger than an octet must not pass for two letters.
  return (second | third) < 0x100 ? (text.charCodeAt(at) << 16) | (second << 8) | third : 0;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const units = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NO_NUMBER;
}
