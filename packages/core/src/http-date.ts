const DAYS = "SunMonTueWedThuFriSat";
const REST_OF_DAYS = ["day", "day", "sday", "nesday", "rsday", "day", "urday"];
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
/** From 1 January of the year 1 to 1 January 1970. */
const DAYS_BEFORE_EPOCH = 719_162;

/** The forms behind the first three letters: 0 is any digit, ? anything, all else itself. */
const IMF_FIXDATE = ", 00 ??? 0000 00:00:00 GMT";
const RFC_850 = ", 00-???-00 00:00:00 GMT";
const ASCTIME = " ??? 00 00:00:00 0000";
const ASCTIME_OF_ONE_DIGIT = " ???  0 00:00:00 0000";
const ZERO = 0x30;
const NINE = 0x39;
const ANYTHING = 0x3f;

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
  const day = nameAt(DAYS, text, 0);
  if (day < 0) return undefined;
  if (fits(text, 3, IMF_FIXDATE)) return moment(number(text, 12, 16), text, 8, number(text, 5, 7), 17);
  if (fits(text, 3, ASCTIME)) return moment(number(text, 20, 24), text, 4, number(text, 8, 10), 11);
  if (fits(text, 3, ASCTIME_OF_ONE_DIGIT))
    return moment(number(text, 20, 24), text, 4, number(text, 9, 10), 11);
  const rest = REST_OF_DAYS[day]!;
  const at = 3 + rest.length;
  if (!text.startsWith(rest, 3) || !fits(text, at, RFC_850)) return undefined;
  return nearest(number(text, at + 9, at + 11), text, at, now);
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

/** A two-digit year is the latest one that lies at most 50 years ahead. */
function nearest(yearOfCentury: number, text: string, at: number, now = Date.now()): number | undefined {
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const year = Math.floor(limit.getUTCFullYear() / 100) * 100 + yearOfCentury;
  const day = number(text, at + 2, at + 4);
  const ms = moment(year, text, at + 5, day, at + 12);
  return ms !== undefined && ms <= limit.getTime() ? ms : moment(year - 100, text, at + 5, day, at + 12);
}

/** The moment on a day that must exist, at a time of day that must; a leap second may be any minute's (§5.6.7). */
function moment(
  year: number,
  text: string,
  monthAt: number,
  day: number,
  timeAt: number,
): number | undefined {
  const month = nameAt(MONTHS, text, monthAt);
  const hour = number(text, timeAt, timeAt + 2);
  const minute = number(text, timeAt + 3, timeAt + 5);
  const second = number(text, timeAt + 6, timeAt + 8);
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (day > DAYS_BEFORE[month + 1]! - DAYS_BEFORE[month]! + (month === 1 ? leap : 0)) return undefined;
  const past = year - 1;
  const leapDays =
    Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + (month > 1 ? leap : 0);
  const days = past * 365 + leapDays + DAYS_BEFORE[month]! + day - 1 - DAYS_BEFORE_EPOCH;
  return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
}

/** Whether the text from `at` on has the form, to its end. */
function fits(text: string, at: number, form: string): boolean {
  if (text.length - at !== form.length) return false;
  for (let i = 0; i < form.length; i++) {
    const wanted = form.charCodeAt(i);
    const code = text.charCodeAt(at + i);
    if (wanted === ZERO ? code < ZERO || code > NINE : code !== wanted && wanted !== ANYTHING) return false;
  }
  return true;
}

/** Which of the three-letter names stands there; -1: none. */
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
  return -1;
}

/** The number that the digits from `at` to `end` write. */
function number(text: string, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end; i++) value = value * 10 + text.charCodeAt(i) - ZERO;
  return value;
}
