/** RFC 9110 §5.6.7 once more, with the patterns that core may not use: nothing here comes from a network. */
const shortDay = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const longDay = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
const month = "(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const time = "(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})";
const forms = [
  new RegExp(`^${shortDay}, (?<day>[0-9]{2}) ${month} (?<year>[0-9]{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<day>[0-9]{2})-${month}-(?<year>[0-9]{2}) ${time} GMT$`),
  new RegExp(`^${shortDay} ${month} (?<day>[0-9]{2}| [0-9]) ${time} (?<year>[0-9]{4})$`),
];

export const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function daysIn(monthIndex: number, year: number): number {
  if (monthIndex === 1) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [3, 5, 8, 10].includes(monthIndex) ? 30 : 31;
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
export function moment(
  year: number,
  monthIndex: number,
  day: number,
  h: number,
  m: number,
  s: number,
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, day);
  date.setUTCHours(h, m, s);
  return date.getTime();
}

function yearsAfter(now: number, years: number): number {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.getTime();
}

/** The time that a text means. `now` is in the years 2000 to 2049. */
export function slowDate(text: string, now: number): number | undefined {
  for (const form of forms) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const monthIndex = months.indexOf(parts.month!);
    const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
    const at = (year: number) =>
      day! >= 1 && day! <= daysIn(monthIndex, year) && hour! <= 23 && minute! <= 59 && second! <= 60
        ? moment(year, monthIndex, day!, hour!, minute!, second!)
        : undefined;
    if (parts.year!.length === 4) return at(Number(parts.year));
    const soon = moment(2000 + Number(parts.year), monthIndex, day!, hour!, minute!, second!);
    return at(soon > yearsAfter(now, 50) ? 1900 + Number(parts.year) : 2000 + Number(parts.year));
  }
  return undefined;
}

const two = (n: number) => String(n).padStart(2, "0");

/** One time in the three forms. The second form exists only for years that two digits can express. */
export function spellings(ms: number): [imf: string, rfc850: string, asctime: string] {
  const date = new Date(ms);
  const day = longDays[date.getUTCDay()]!;
  const name = months[date.getUTCMonth()]!;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  const number = date.getUTCDate();
  return [
    `${day.slice(0, 3)}, ${two(number)} ${name} ${year} ${time} GMT`,
    `${day}, ${two(number)}-${name}-${year.slice(2)} ${time} GMT`,
    `${day.slice(0, 3)} ${name} ${String(number).padStart(2, " ")} ${time} ${year}`,
  ];
}
