export const why =
  "short and readable; but it is a regular expression over what arrives, and each of its groups is a string of its own";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const TIME = "(\\d\\d):(\\d\\d):(\\d\\d)";
const IMF = new RegExp(`^${DAY}, (\\d\\d) (\\w{3}) (\\d{4}) ${TIME} GMT$`);
const RFC850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-(\\w{3})-(\\d\\d) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(`^${DAY} (\\w{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`);

export function parseDate(text: string): number | undefined {
  const imf = IMF.exec(text);
  if (imf) return moment(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = ASCTIME.exec(text);
  if (asctime) return moment(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const old = RFC850.exec(text);
  return old ? moment(fullYear(Number(old[3])), old[2], old[1], old[4], old[5], old[6]) : undefined;
}

function fullYear(year: number): number {
  const limit = new Date().getUTCFullYear() + 50;
  const latest = limit - (limit % 100) + year;
  return latest > limit ? latest - 100 : latest;
}

type Part = string | number | undefined;

function moment(year: Part, monthName: Part, day: Part, hour: Part, minute: Part, second: Part) {
  const month = MONTHS.indexOf(String(monthName));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isThere = month >= 0 && date.getUTCMonth() === month;
  return isThere && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60
    ? date.getTime()
    : undefined;
}
