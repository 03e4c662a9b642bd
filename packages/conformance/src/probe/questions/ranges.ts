import { formatDate, isWeak, weaken } from "@entity-tag/core";
import type { Line } from "../../row.ts";
import { isNotModified, isPart, isPartOrWhole, isWhole, isWholeOrBadRequest } from "../judges.ts";
import type { Known } from "../known.ts";
import {
  type Judge,
  type SingleQuestion,
  single,
  withoutDate,
  withoutRanges,
  withoutStrongTag,
  withoutTag,
} from "../question.ts";
import { noneMatch, otherTag } from "./revalidation.ts";

const range: Line = ["Range", "bytes=0-3"];
const ifRange = (value: string): Line => ["If-Range", value];
const without =
  (other: (known: Known) => string | undefined = () => undefined) =>
  (known: Known) =>
    withoutRanges(known) ?? other(known);

const corrupted =
  "A download that is resumed after the file has changed is put together from two versions: a broken file.";

/** A validator that does not match: the answer must be the whole page. */
const mismatch = (
  id: string,
  title: string,
  why: string,
  missing: (known: Known) => string | undefined,
  value: (known: Known) => string,
  judge: Judge = isWhole,
): SingleQuestion => ({
  id,
  title,
  section: "13.1.5",
  level: "MUST",
  why,
  notice: corrupted,
  missing,
  lines: (known) => [range, ifRange(value(known))],
  judge,
});

/** `Range` and `If-Range`. */
export const rangeQuestions = single("ranges", [
  {
    id: "range-part",
    aboutContent: true,
    title: "A part has the octets and the tag of this page",
    section: "15.3.7",
    level: "MUST",
    why: "A 206 has the fields that the 200 would have had: a client that puts parts together compares their tags.",
    notice: corrupted,
    missing: without(),
    lines: () => [range],
    judge: isPartOrWhole,
  },
  {
    id: "range-own-tag",
    aboutContent: true,
    title: "If-Range with the page's own strong tag is answered with the part",
    section: "13.1.5",
    level: "SHOULD",
    why: "The client needs the rest of this version.",
    notice: "A download that broke off begins from the start.",
    missing: without(withoutStrongTag),
    lines: ({ etag }) => [range, ifRange(etag!)],
    judge: isPart,
  },
  mismatch(
    "range-other-tag",
    "If-Range with another tag is answered with the whole page",
    "The client has the beginning of another version.",
    without(),
    () => otherTag,
  ),
  mismatch(
    "range-weak-tag",
    "If-Range with a weak tag is answered with the whole page",
    "If-Range compares strongly: a weak tag does not promise the same octets.",
    without(withoutTag),
    ({ etag }) => (isWeak(etag!) ? etag! : weaken(etag!)),
  ),
  mismatch(
    "range-list",
    "A list of tags in If-Range is answered with the whole page",
    "If-Range is one tag: a list does not say which version the client has the beginning of.",
    without(withoutTag),
    ({ etag }) => `${otherTag}, ${etag}`,
    isWholeOrBadRequest,
  ),
  mismatch(
    "range-later-date",
    "If-Range with a later date is answered with the whole page",
    "The date must be exactly that of the page: a later one belongs to another version.",
    without(withoutDate),
    ({ modified }) => formatDate(modified! + 86_400_000),
  ),
  mismatch(
    "range-earlier-date",
    "If-Range with an earlier date is answered with the whole page",
    "The date must be exactly that of the page.",
    without(withoutDate),
    ({ modified }) => formatDate(modified! - 86_400_000),
  ),
  mismatch(
    "range-words",
    "If-Range with a value that is not a tag or a date is answered with the whole page",
    "An invalid condition does not hold.",
    without(),
    () => "yesterday",
    isWholeOrBadRequest,
  ),
  {
    id: "range-beyond-other-tag",
    title: "A range beyond the end with an If-Range that does not match gets the whole page, not 416",
    section: "13.1.5",
    level: "MUST",
    why: "The range is ignored when the condition does not hold, so it cannot cause an error.",
    notice: "When the file has become shorter, a download can be neither resumed nor begun again.",
    missing: without(),
    lines: ({ page }) => [["Range", `bytes=${page.body.length + 10}-`], ifRange(otherTag)],
    judge: isWhole,
  },
  {
    id: "range-after-304",
    title: "If-None-Match is evaluated before Range: the page's own tag is answered 304",
    section: "13.2.2",
    level: "MUST",
    why: "The server first finds out whether the client has the page, and then which part to send.",
    notice: "Parts are loaded again although the client has them.",
    after: "tag-own",
    missing: without(withoutTag),
    lines: ({ etag }) => [range, noneMatch(etag!)],
    judge: isNotModified,
  },
]);
