import { isWeak, opaque, weaken } from "@entity-tag/core";
import type { Line } from "../../row.ts";
import {
  changedTag,
  describesBody,
  falseLength,
  isNotModified,
  isWhole,
  isWholeOrBadRequest,
  lostFields,
} from "../judges.ts";
import type { Known } from "../known.ts";
import { single, withoutTag } from "../question.ts";

export const noneMatch = (value: string): Line => ["If-None-Match", value];
const tagOf = ({ etag }: Known) => etag!;
const own = (known: Known) => [noneMatch(tagOf(known))];

/** A tag that no server sends. */
export const otherTag = '"entity-tag-conformance-other"';

const wholeAgain = "Every visit loads the whole page, although the browser has it.";
const oldPage = "People keep seeing an old page after it was changed.";

/** `If-None-Match` on a read. */
export const revalidationQuestions = single("revalidation", [
  {
    id: "tag-own",
    title: "If-None-Match with the page's own tag is answered 304",
    section: "13.1.2",
    level: "MUST",
    why: "The client has exactly this page, so the answer needs no content.",
    notice: wholeAgain,
    missing: withoutTag,
    lines: own,
    judge: isNotModified,
  },
  {
    id: "tag-other-form",
    title: "The weak and the strong form of a tag match each other",
    section: "13.1.2",
    level: "MUST",
    why: "If-None-Match compares weakly, because proxies and compressors weaken tags on the way.",
    notice: "Behind a proxy that compresses, every visit loads the whole page.",
    after: "tag-own",
    missing: withoutTag,
    lines: (known) => [noneMatch(isWeak(tagOf(known)) ? strongForm(known) : weaken(tagOf(known)))],
    judge: isNotModified,
  },
  {
    id: "tag-list-last",
    title: "The own tag matches as the last of a list",
    section: "13.1.2",
    level: "MUST",
    why: "A cache that keeps several versions sends all of their tags at once.",
    notice: "Behind a cache that has several versions, the whole page is loaded.",
    after: "tag-own",
    missing: withoutTag,
    lines: (known) => [noneMatch(`${otherTag}, W/"x", ${tagOf(known)}`)],
    judge: isNotModified,
  },
  {
    id: "tag-list-first",
    title: "The own tag matches as the first of a list",
    section: "13.1.2",
    level: "MUST",
    why: "A cache that keeps several versions sends all of their tags at once.",
    notice: "Behind a cache that has several versions, the whole page is loaded.",
    after: "tag-list-last",
    missing: withoutTag,
    lines: (known) => [noneMatch(`${tagOf(known)}, ${otherTag}`)],
    judge: isNotModified,
  },
  {
    id: "tag-list-tabs",
    title: "A list may have tabs, spaces or no white space around its commas",
    section: "5.6.1",
    level: "MUST",
    why: "Optional white space is any number of spaces and tabs, or none.",
    notice: "Some clients never get a 304.",
    after: "tag-list-last",
    missing: withoutTag,
    lines: (known) => [noneMatch(`${otherTag}\t,\t${tagOf(known)} \t,"x"`)],
    judge: isNotModified,
  },
  {
    id: "tag-list-tight",
    title: "Members of a list need no whitespace between them",
    section: "5.6.1",
    level: "MUST",
    why: "Whitespace around a comma is optional.",
    notice: "Some clients never get a 304.",
    after: "tag-list-last",
    missing: withoutTag,
    lines: (known) => [noneMatch(`${otherTag},${tagOf(known)},"x"`)],
    judge: isNotModified,
  },
  {
    id: "tag-list-empty-members",
    title: "Empty members of a list are ignored",
    section: "5.6.1.2",
    level: "MUST",
    why: "A recipient must read a list with a reasonable number of empty members: old clients join lists that way.",
    notice: "Some clients never get a 304.",
    after: "tag-list-last",
    missing: withoutTag,
    lines: (known) => [noneMatch(`, ,${tagOf(known)}, ,`)],
    judge: isNotModified,
  },
  {
    id: "tag-two-lines",
    title: "Two If-None-Match lines are one list",
    section: "5.3",
    level: "MUST",
    why: "A proxy may split a list into lines, and join lines into a list: both mean the same.",
    notice: "Behind some proxies the whole page is loaded each time.",
    after: "tag-list-last",
    missing: withoutTag,
    lines: (known) => [noneMatch(otherTag), noneMatch(tagOf(known))],
    judge: isNotModified,
  },
  {
    id: "tag-star",
    title: "If-None-Match: * on an existing page is answered 304",
    section: "13.1.2",
    level: "MUST",
    why: "* holds if the page exists.",
    notice: "A client that only wants to know whether the page exists gets all of it.",
    lines: () => [noneMatch("*")],
    judge: isNotModified,
  },
  {
    id: "tag-different",
    title: "Another tag is answered with the page",
    section: "13.1.2",
    level: "MUST",
    why: "The client has another version, and would keep it after a 304.",
    notice: oldPage,
    lines: () => [noneMatch(otherTag)],
    judge: isWhole,
  },
  {
    id: "tag-longer",
    title: "A tag that contains the page's own tag is another tag",
    section: "8.8.3.2",
    level: "MUST",
    why: "Tags are compared character by character, from quote to quote.",
    notice: oldPage,
    missing: withoutTag,
    lines: (known) => [noneMatch(`"${opaque(tagOf(known))}0", "0${opaque(tagOf(known))}"`)],
    judge: isWhole,
  },
  {
    id: "tag-comma-inside",
    title: "A comma inside the quotes belongs to the tag",
    section: "8.8.3",
    level: "MUST",
    why: "A reader that splits at commas finds the page's own tag in the middle of another tag.",
    notice: oldPage,
    missing: withoutTag,
    lines: (known) => [noneMatch(`"0,${opaque(tagOf(known))},0"`)],
    judge: isWhole,
  },
  {
    id: "tag-case",
    title: "Tags that differ in upper and lower case are different tags",
    section: "8.8.3.2",
    level: "MUST",
    why: "Tags are compared character by character; in base64 the two cases are different digits.",
    notice: oldPage,
    missing: (known) =>
      withoutTag(known) ?? (otherCase(known) === opaque(tagOf(known)) ? "its tag has no letters" : undefined),
    lines: (known) => [noneMatch(`"${otherCase(known)}"`)],
    judge: isWhole,
  },
  {
    id: "tag-unquoted",
    title: "The page's own tag without its quotes is not valid, so the page is sent",
    section: "13.1.2",
    level: "quality",
    why: "The standard does not say how to treat an invalid field. It is safe to send the page.",
    notice: "A client with an invalid field may keep an old page.",
    missing: (known) =>
      withoutTag(known) ??
      (/^[\w-]+$/.test(opaque(tagOf(known))) ? undefined : "its tag has no plain characters"),
    lines: (known) => [noneMatch(opaque(tagOf(known)))],
    judge: isWholeOrBadRequest,
  },
  {
    id: "tag-304-fields",
    title:
      "A 304 has the fields that the 200 would have had: Cache-Control, Content-Location, Date, ETag, Expires, Vary",
    section: "15.4.5",
    level: "MUST",
    why: "A cache updates its copy from them. Without them the copy becomes stale at once, or is sent to the wrong readers.",
    notice: "Caches revalidate too often, or keep a copy that they should discard.",
    after: "tag-own",
    missing: withoutTag,
    lines: own,
    judge: lostFields,
  },
  {
    id: "tag-304-same-tag",
    title: "The tag in a 304 is the page's",
    section: "15.4.5",
    level: "MUST",
    why: "A 304 says which stored copy is valid. Another tag selects another copy, or no copy.",
    notice: "Caches discard a valid copy.",
    after: "tag-own",
    missing: withoutTag,
    lines: own,
    judge: changedTag,
  },
  {
    id: "tag-304-length",
    aboutContent: true,
    title: "A Content-Length in a 304 is that of the page",
    section: "8.6",
    level: "MUST",
    why: "It is the length that the 200 would have had. A cache that trusts another length treats its copy as broken.",
    notice: "Some caches and clients treat the page as empty, or as cut off.",
    after: "tag-own",
    missing: withoutTag,
    lines: own,
    judge: falseLength,
  },
  {
    id: "tag-304-no-description",
    title: "A 304 does not describe content that it does not have",
    section: "15.4.5",
    level: "SHOULD",
    why: "Other fields of the representation only make the answer longer, and old caches treat them as changes.",
    notice: "Usually nothing. Some old caches confuse the type of a page.",
    after: "tag-own",
    missing: withoutTag,
    lines: own,
    judge: describesBody,
  },
]);

const strongForm = (known: Known) => `"${opaque(tagOf(known))}"`;

function otherCase(known: Known): string {
  const text = opaque(tagOf(known));
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
