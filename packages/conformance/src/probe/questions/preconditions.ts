import { formatDate, isWeak, weaken } from "@entity-tag/core";
import type { Line } from "../../row.ts";
import { earlierButBehind } from "../date-order.ts";
import { isNotModified, isRefused, isWhole } from "../judges.ts";
import type { Known } from "../known.ts";
import { single, withoutBoth, withoutDate, withoutStrongTag, withoutTag } from "../question.ts";
import { noneMatch, otherTag } from "./revalidation.ts";

export const match = (value: string): Line => ["If-Match", value];
const unmodified = (value: string): Line => ["If-Unmodified-Since", value];
const before = ({ modified }: Known) => formatDate(modified! - 86_400_000);

const twoVersions = "A client that fetches a page in several requests puts together two versions of it.";
const refused = "A client that asks for exactly this version is refused, although the page has this version.";

/** `If-Match` and `If-Unmodified-Since` on a read. A cache may ignore them; an origin may not. */
export const preconditionQuestions = single("preconditions", [
  {
    id: "match-own",
    title: "If-Match with the page's own strong tag is answered with the page",
    section: "13.1.1",
    level: "MUST",
    why: "The condition holds.",
    notice: refused,
    missing: withoutStrongTag,
    lines: ({ etag }) => [match(etag!)],
    judge: isWhole,
  },
  {
    id: "match-other",
    title: "If-Match with another tag is answered 412",
    section: "13.1.1",
    level: "MUST",
    why: "An origin server must not perform the method when the condition does not hold.",
    notice: twoVersions,
    lines: () => [match(otherTag)],
    judge: isRefused,
  },
  {
    id: "match-list",
    title: "If-Match with the own tag in a list is answered with the page",
    section: "13.1.1",
    level: "MUST",
    why: "One tag of the list is enough.",
    notice: refused,
    missing: withoutStrongTag,
    lines: ({ etag }) => [match(`${otherTag},\t${etag}`)],
    judge: isWhole,
  },
  {
    id: "match-star",
    title: "If-Match: * on an existing page is answered with the page",
    section: "13.1.1",
    level: "MUST",
    why: "* holds if the page exists.",
    notice: refused,
    lines: () => [match("*")],
    judge: isWhole,
  },
  {
    id: "match-weak",
    title: "If-Match with the own tag made weak is answered 412",
    section: "13.1.1",
    level: "MUST",
    why: "If-Match compares strongly: a weak tag never matches, because it does not promise the same octets.",
    notice: twoVersions,
    after: "match-other",
    missing: withoutTag,
    lines: ({ etag }) => [match(isWeak(etag!) ? etag! : weaken(etag!))],
    judge: isRefused,
  },
  {
    id: "match-then-none-match",
    title: "If-Match is evaluated first: another tag in it is answered 412, whatever If-None-Match is",
    section: "13.2.2",
    level: "MUST",
    why: "The order of the conditions is fixed, so that all servers give the same answer.",
    notice: twoVersions,
    after: "match-other",
    missing: withoutTag,
    lines: ({ etag }) => [noneMatch(etag!), match(otherTag)],
    judge: isRefused,
  },
  {
    id: "match-and-none-match",
    title: "After an If-Match that holds, If-None-Match is evaluated: 304",
    section: "13.2.2",
    level: "MUST",
    why: "When a condition holds, the next one is evaluated.",
    notice: "The whole page is loaded although the client has it.",
    after: "tag-own",
    missing: withoutStrongTag,
    lines: ({ etag }) => [match(etag!), noneMatch(etag!)],
    judge: isNotModified,
  },
  {
    id: "unmodified-earlier",
    title: "If-Unmodified-Since with an earlier date is answered 412",
    section: "13.1.4",
    level: "MUST",
    why: "The page was modified since then, so the method must not be performed.",
    notice: twoVersions,
    missing: withoutDate,
    lines: (known) => [unmodified(before(known))],
    judge: isRefused,
  },
  {
    id: "unmodified-earlier-text",
    title: "If-Unmodified-Since with an earlier date that is later in the alphabet is answered 412",
    section: "13.1.4",
    level: "MUST",
    why: "A date is a time. As a string, Wednesday comes after Tuesday, and September after October.",
    notice: twoVersions,
    after: "unmodified-earlier",
    missing: withoutDate,
    lines: ({ modified }) => [unmodified(earlierButBehind(modified!))],
    judge: isRefused,
  },
  {
    id: "unmodified-own",
    title: "If-Unmodified-Since with the page's own date is answered with the page",
    section: "13.1.4",
    level: "MUST",
    why: "The condition holds.",
    notice: refused,
    missing: withoutDate,
    lines: ({ modified }) => [unmodified(formatDate(modified!))],
    judge: isWhole,
  },
  {
    id: "unmodified-words",
    title: "A value that is not a date in If-Unmodified-Since is ignored",
    section: "13.1.4",
    level: "MUST",
    why: "A recipient ignores the field if its value is not a valid HTTP date.",
    notice: refused,
    missing: withoutDate,
    lines: () => [unmodified("1994-11-06T08:49:37Z")],
    judge: isWhole,
  },
  {
    id: "unmodified-beside-match",
    title:
      "If-Match decides alone: the page's own tag with an earlier If-Unmodified-Since is answered with the page",
    section: "13.1.4",
    level: "MUST",
    why: "The tag is more exact than the date, so the date is ignored.",
    notice: refused,
    missing: (known) => withoutStrongTag(known) ?? withoutBoth(known),
    lines: (known) => [match(known.etag!), unmodified(before(known))],
    judge: isWhole,
  },
]);
