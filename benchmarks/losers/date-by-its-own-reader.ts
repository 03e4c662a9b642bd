export const why =
  "an IMF-fixdate read by a function of its own, each place a constant: faster, but `evaluate` would have 167 bytes more than its 2,000";

const NAMES =
  "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(
    " ",
  );
/** At the remainder of the letters' number, which 62 gives each name for itself: that number and the place. */
const PLACES = new Int32Array(62);
for (const [i, name] of NAMES.entries()) PLACES[lettersAt(name, 0) % 62] = lettersAt(name, 0) * 32 + i;
const NONE = 100_000;

export function parseDate(text: string): number | undefined {
  const weekday = placeOf(text, 0);
  if (weekday < 12 || weekday === NONE) return undefined;
  const second = text.length === 29 ? imf(text) : text.length === 24 ? asctime(text) : rfc850(text, weekday);
  return Number.isNaN(second) ? undefined : second * 1000;
}

function imf(text: string): number {
  const wrong =
    (text.charCodeAt(3) ^ 0x2c) |
    (text.charCodeAt(4) ^ 0x20) |
    (text.charCodeAt(7) ^ 0x20) |
    (text.charCodeAt(11) ^ 0x20) |
    (text.charCodeAt(16) ^ 0x20) |
    (text.charCodeAt(19) ^ 0x3a) |
    (text.charCodeAt(22) ^ 0x3a) |
    (text.charCodeAt(25) ^ 0x20) |
    (lettersAt(text, 26) ^ 0x474d54);
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  const [hour, minute, second] = [twoDigits(text, 17), twoDigits(text, 20), twoDigits(text, 23)];
  return wrong === 0
    ? momentOf(year, placeOf(text, 8), twoDigits(text, 5), hour, minute, second)
    : Number.NaN;
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(text: string): number {
  if (text[3] !== " " || text[7] !== " " || text[10] !== " " || text[19] !== " ") return Number.NaN;
  const day = text[8] === " " ? twoDigits(`0${text[9]}`, 0) : twoDigits(text, 8);
  return timed(text, 11, twoDigits(text, 20) * 100 + twoDigits(text, 22), placeOf(text, 4), day);
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(text: string, weekday: number): number {
  const at = NAMES[weekday]!.length;
  const isFramed =
    text.startsWith(`${NAMES[weekday]}, `) &&
    text.length === at + 24 &&
    text[at + 4] === "-" &&
    text[at + 8] === "-" &&
    text[at + 11] === " " &&
    text.endsWith(" GMT");
  if (!isFramed) return Number.NaN;
  // A two-digit year is the latest one that lies at most 50 years ahead.
  const limit = new Date();
  const year = limit.getUTCFullYear() + 50;
  const inCentury = (last: number) => {
    const full = last - (last % 100) + twoDigits(text, at + 9);
    return timed(text, at + 12, full, placeOf(text, at + 5), twoDigits(text, at + 2));
  };
  const second = inCentury(year);
  return second * 1000 <= limit.setUTCFullYear(year) ? second : inCentury(year - 100);
}

function timed(text: string, at: number, year: number, month: number, day: number): number {
  if (text[at + 2] !== ":" || text[at + 5] !== ":") return Number.NaN;
  return momentOf(year, month, day, twoDigits(text, at), twoDigits(text, at + 3), twoDigits(text, at + 6));
}

function momentOf(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  return year < 10_000 &&
    month < 12 &&
    day > 0 &&
    (day <= 28 || day <= daysBefore(year, month + 1) - daysBefore(year, month)) &&
    hour < 24 &&
    minute < 60 &&
    second <= 60
    ? (((daysBefore(year, month) + day) * 24 + hour) * 60 + minute) * 60 + second
    : Number.NaN;
}

function daysBefore(year: number, month: number): number {
  const y = month < 2 ? year - 1 : year;
  const century = (y / 100) | 0;
  const daysOfYear = ((153 * ((month + 10) % 12) + 2) / 5) | 0;
  return ((1461 * y) >> 2) - century + (century >> 2) + daysOfYear - 719_469;
}

function placeOf(text: string, at: number): number {
  const letters = lettersAt(text, at);
  const place = PLACES[letters % 62]!;
  return place >> 5 === letters ? place & 31 : NONE;
}

function lettersAt(text: string, at: number): number {
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  return (second | third) < 0x100 ? (text.charCodeAt(at) << 16) | (second << 8) | third : 0;
}

function twoDigits(text: string, at: number): number {
  const ten = text.charCodeAt(at) - 0x30;
  const one = text.charCodeAt(at + 1) - 0x30;
  return (ten | one | (9 - ten) | (9 - one)) < 0 ? NONE : ten * 10 + one;
}
