import { formatDate } from "@entity-tag/core";
import type { Line } from "../../row.ts";
import { earlierButBehind, laterButBefore } from "../date-order.ts";
import { isNotModified, isWhole, lostFields } from "../judges.ts";
import type { Known } from "../known.ts";
import { single, withoutBoth, withoutDate } from "../question.ts";
import { noneMatch, otherTag } from "./revalidation.ts";

const since = (value: string): Line => ["If-Modified-Since", value];
const day = 86_400_000;
const ownDate = ({ modified }: Known) => formatDate(modified!);
const before = ({ modified }: Known) => formatDate(modified! - day);

const wholeAgain = "Every visit of a client that has only a date loads the whole page.";
const oldPage = "People keep seeing an old page after it was changed.";

/** `If-Modified-Since` on a read. */
export const dateQuestions = single("dates", [
  {
    id: "date-own",
    title: "If-Modified-Since with the page's own date is answered 304",
    section: "13.1.3",
    level: "SHOULD",
    why: "The page was not modified since then.",
    notice: wholeAgain,
    missing: withoutDate,
    lines: (known) => [since(ownDate(known))],
    judge: isNotModified,
  },
  {
    id: "date-earlier",
    title: "An earlier date is answered with the page",
    section: "13.1.3",
    level: "MUST",
    why: "The page was modified since then.",
    notice: oldPage,
    missing: withoutDate,
    lines: (known) => [since(before(known))],
    judge: isWhole,
  },
  {
    id: "date-later",
    title: "A date after the last modification is answered 304",
    section: "13.1.3",
    level: "SHOULD",
    why: "A client without a Last-Modified asks with the Date of its copy, which is later. The two dates need not be equal.",
    notice: wholeAgain,
    after: "date-own",
    missing: withoutDate,
    lines: ({ modified }) => [
      since(formatDate(Math.min(modified! + 1000, Math.max(Date.now() - 1000, modified!)))),
    ],
    judge: isNotModified,
  },
  {
    id: "date-earlier-text",
    title:
      "Dates are compared as times: an earlier date that is later in the alphabet is answered with the page",
    section: "13.1.3",
    level: "MUST",
    why: "A date is a time. As a string, Wednesday comes after Tuesday, and September after October.",
    notice: oldPage,
    after: "date-earlier",
    missing: withoutDate,
    lines: ({ modified }) => [since(earlierButBehind(modified!))],
    judge: isWhole,
  },
  {
    id: "date-later-text",
    title: "Dates are compared as times: a later date that is earlier in the alphabet is answered 304",
    section: "13.1.3",
    level: "SHOULD",
    why: "A date is a time. As a string, Friday comes before Monday, and December before November.",
    notice: wholeAgain,
    after: "date-later",
    missing: (known) =>
      withoutDate(known) ?? (laterButBefore(known.modified!) ? undefined : "no such day has passed"),
    lines: ({ modified }) => [since(laterButBefore(modified!)!)],
    judge: isNotModified,
  },
  {
    id: "date-rfc850",
    title: "A date in the form of RFC 850 is read",
    section: "5.6.7",
    level: "MUST",
    why: "A recipient accepts all three forms of a date.",
    notice: wholeAgain,
    after: "date-own",
    missing: (known) =>
      withoutDate(known) ?? (isRecent(known) ? undefined : "its date has another century in this form"),
    lines: ({ modified }) => [since(rfc850(modified!))],
    judge: isNotModified,
  },
  {
    id: "date-asctime",
    title: "A date in the form of asctime is read",
    section: "5.6.7",
    level: "MUST",
    why: "A recipient accepts all three forms of a date.",
    notice: wholeAgain,
    after: "date-own",
    missing: withoutDate,
    lines: ({ modified }) => [since(asctime(modified!))],
    judge: isNotModified,
  },
  ...[
    ["date-iso", "An ISO date", (known: Known) => new Date(known.modified! + day).toISOString()],
    ["date-number", "A number", () => "4102444800"],
    ["date-words", "Anything but a date", () => "yesterday"],
    [
      "date-zone",
      "A date in another zone than GMT",
      (known: Known) => ownDate(known).replace("GMT", "+0000"),
    ],
    ["date-list", "A list of two dates", (known: Known) => `${ownDate(known)}, ${ownDate(known)}`],
  ].map(([id, what, value]) => ({
    id: id as string,
    title: `${what} in If-Modified-Since is ignored`,
    section: "13.1.3",
    level: "MUST" as const,
    why: "A recipient ignores a field whose value is not a valid HTTP date. A lenient reader may read it as another time.",
    notice: oldPage,
    missing: withoutDate,
    lines: (known: Known) => [since((value as (known: Known) => string)(known))],
    judge: isWhole,
  })),
  {
    id: "date-future",
    title: "A date in the future is not an error",
    section: "13.1.3",
    level: "quality",
    why: "Clocks differ. The page was not modified since then, so 304 is right; some send the page, which is harmless.",
    notice: "A client whose clock is fast sees an error.",
    missing: withoutDate,
    lines: () => [since(formatDate(Date.now() + 365 * day))],
    judge: (answer, known) => (answer.status === 304 ? [] : isWhole(answer, known)),
  },
  {
    id: "date-after-other-tag",
    title: "If-None-Match decides alone: another tag with the page's own date is answered with the page",
    section: "13.1.3",
    level: "MUST",
    why: "A date is only exact to a second. A tag is more exact, so the date is ignored.",
    notice: "Two changes within a second: people keep seeing the first.",
    missing: withoutDate,
    lines: (known) => [noneMatch(otherTag), since(ownDate(known))],
    judge: isWhole,
  },
  {
    id: "date-beside-own-tag",
    title: "If-None-Match decides alone: the page's own tag with an earlier date is answered 304",
    section: "13.1.3",
    level: "MUST",
    why: "The tag is more exact than the date, so the date is ignored.",
    notice: "The whole page is loaded although the browser has it.",
    after: "tag-own",
    missing: withoutBoth,
    lines: (known) => [noneMatch(known.etag!), since(before(known))],
    judge: isNotModified,
  },
  {
    id: "date-304-fields",
    title: "A 304 to a date has the fields that the 200 would have had",
    section: "15.4.5",
    level: "MUST",
    why: "A cache updates its copy from them.",
    notice: "Caches revalidate too often, or keep a copy that they should discard.",
    after: "date-own",
    missing: withoutDate,
    lines: (known) => [since(ownDate(known))],
    judge: lostFields,
  },
]);

/** Two digits are only unambiguous for a year that is less than 50 years away. */
const isRecent = ({ modified }: Known) => Math.abs(Date.now() - modified!) < 45 * 365 * day;

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function rfc850(ms: number): string {
  const [, day, month, year = "", time] = formatDate(ms).split(" ");
  return `${weekdays[new Date(ms).getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
}

function asctime(ms: number): string {
  const [weekday = "", day = "", month, year, time] = formatDate(ms).split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`;
}
