const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const WEEKDAY_CODES = /* @__PURE__ */ WEEKDAYS.map((name) => codeAt(name, 0));
const MONTH_CODES = /* @__PURE__ */ ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
  .concat("Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
  .map((name) => codeAt(name, 0));
const ZERO = 0x30;
/** Read where digits should be and are not: larger than any number in a date. */
const NO_NUMBER = 100_000;
/** From 1 March of the year 0 to 1 January 1970. */
const DAYS_BEFORE_EPOCH = 719_468;

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

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function imfFixdate(text: string): number | undefined {
  const fits =
    nameAt(WEEKDAY_CODES, text, 0) >= 0 &&
    text[3] === "," &&
    text[4] === " " &&
    text[7] === " " &&
    text[11] === " " &&
    endsInGmt(text);
  return fits ? moment(fourDigits(text, 12), text, 8, twoDigits(text, 5), 16) : undefined;
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(text: string): number | undefined {
  const fits = nameAt(WEEKDAY_CODES, text, 0) >= 0 && text[3] === " " && text[7] === " " && text[19] === " ";
  const day = text[8] === " " ? oneDigit(text, 9) : twoDigits(text, 8);
  return fits ? moment(fourDigits(text, 20), text, 4, day, 10) : undefined;
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(text: string, now?: number): number | undefined {
  const at = text.length - 24;
  const fits =
    WEEKDAYS.some((name) => name.length === at && text.startsWith(name)) &&
    text[at] === "," &&
    text[at + 1] === " " &&
    text[at + 4] === "-" &&
    text[at + 8] === "-" &&
    endsInGmt(text);
  return fits ? nearest(twoDigits(text, at + 9), text, at, now) : undefined;
}

/** A two-digit year is the latest one that lies at most 50 years ahead. */
function nearest(yearOfCentury: number, text: string, at: number, now = Date.now()): number | undefined {
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const year = Math.floor(limit.getUTCFullYear() / 100) * 100 + yearOfCentury;
  const day = twoDigits(text, at + 2);
  const ms = moment(year, text, at + 5, day, at + 11);
  return ms !== undefined && ms <= limit.getTime() ? ms : moment(year - 100, text, at + 5, day, at + 11);
}

/** The moment on a day that must exist, at a time of day that must; a leap second may be any minute's (§5.6.7). */
function moment(
  year: number,
  text: string,
  monthAt: number,
  day: number,
  timeAt: number,
): number | undefined {
  const month = nameAt(MONTH_CODES, text, monthAt);
  const hour = twoDigits(text, timeAt + 1);
  const minute = twoDigits(text, timeAt + 4);
  const second = twoDigits(text, timeAt + 7);
  if (text[timeAt] !== " " || text[timeAt + 3] !== ":" || text[timeAt + 6] !== ":") return undefined;
  if (year > 9999 || month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const days = daysBefore(year, month);
  if (day > 28 && day > daysBefore(year, month + 1) - days) return undefined;
  return ((days + day - 1) * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
}

/** From the epoch to the first day of a month, in years that begin in March: a leap day is then the last. */
function daysBefore(year: number, month: number): number {
  const y = month < 2 ? year - 1 : year;
  const m = (month + 10) % 12;
  const leapDays = (y >> 2) - Math.trunc(y / 100) + Math.trunc(y / 400);
  return 365 * y + leapDays + Math.trunc((153 * m + 2) / 5) - DAYS_BEFORE_EPOCH;
}

function endsInGmt(text: string): boolean {
  const at = text.length - 4;
  return text[at] === " " && text[at + 1] === "G" && text[at + 2] === "M" && text[at + 3] === "T";
}

/** Which of the names stands there, by its first three letters; -1: none. */
function nameAt(codes: readonly number[], text: string, at: number): number {
  const code = codeAt(text, at);
  let i = codes.length - 1;
  while (i >= 0 && codes[i] !== code) i--;
  return i;
}

/** Three letters as one number: comparing it is cheaper than reading them again. */
function codeAt(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  // What is no letter but larger must not pass for two of them.
  const excess = ((second | third) & 0xff00) << 16;
  return excess | (text.charCodeAt(at) << 16) | (second << 8) | third;
}

function fourDigits(text: string, at: number): number {
  return twoDigits(text, at) * 100 + twoDigits(text, at + 2);
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const units = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NO_NUMBER;
}

function oneDigit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : NO_NUMBER;
}
