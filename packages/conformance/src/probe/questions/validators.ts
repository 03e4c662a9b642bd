import { isWeak, parseDate, parseTag } from "@entity-tag/core";
import { field, linesOf } from "../answers.ts";
import type { Question } from "../question.ts";
import { withoutDate, withoutTag } from "../question.ts";

/** Questions about the validators of a plain answer. They send no request. */
export const validatorQuestions: readonly Question[] = [
  {
    id: "validator-sent",
    group: "validators",
    title: "A page has a validator: an ETag or a Last-Modified",
    section: "8.8.1",
    level: "SHOULD",
    why: "Without a validator, clients cannot ask whether a copy is still valid, and cannot say which version a write is based on.",
    notice: "Every visit loads the whole page again, and two people who edit it overwrite each other.",
    ask: async ({ page }) =>
      field(page, "etag") === undefined && field(page, "last-modified") === undefined
        ? ["There is no ETag and no Last-Modified."]
        : [],
  },
  {
    id: "validator-tag-syntax",
    group: "validators",
    title: "The ETag is one entity tag: quoted, with a capital W/ if it is weak",
    section: "8.8.3",
    level: "MUST",
    why: "A tag without its quotes cannot be put into a list. Recipients may ignore it, or read it in different ways.",
    notice: "Some browsers and caches never get a 304, and some clients cannot save.",
    missing: ({ page }) => (field(page, "etag") === undefined ? "it sends no ETag" : undefined),
    ask: async ({ page }) => {
      const lines = linesOf(page, "etag");
      if (lines.length > 1) return [`There are ${lines.length} ETag lines.`];
      return parseTag(lines[0]) === undefined ? [`ETag: ${lines[0]} is not an entity tag.`] : [];
    },
  },
  {
    id: "validator-date-syntax",
    group: "validators",
    title: "The Last-Modified is an HTTP date, in the current format",
    section: "5.6.7",
    level: "MUST",
    why: "Recipients ignore any other text, and fewer of them read a date in an obsolete format.",
    notice: "Browsers load the whole page again, because they cannot read the date.",
    missing: ({ lastModified }) => (lastModified === undefined ? "it sends no Last-Modified" : undefined),
    ask: async ({ lastModified = "", modified }) => {
      const isFixdate =
        modified !== undefined && new Date(modified).toUTCString().slice(4) === lastModified.slice(4);
      return isFixdate
        ? []
        : [`Last-Modified: ${lastModified} is not of the form Sun, 06 Nov 1994 08:49:37 GMT.`];
    },
  },
  {
    id: "validator-date-not-later",
    aboutChange: true,
    group: "validators",
    title: "The Last-Modified is not later than the Date of the answer",
    section: "8.8.2.1",
    level: "MUST",
    why: "A page cannot have changed in the future. A later date hides every change until then.",
    notice: "Readers with an old copy do not see changes that are made before that time.",
    missing: (known) =>
      withoutDate(known) ??
      (parseDate(field(known.page, "date")) === undefined ? "it sends no Date" : undefined),
    ask: async ({ page, modified = 0, lastModified }) => {
      const date = field(page, "date");
      return modified > parseDate(date)!
        ? [`Last-Modified: ${lastModified} is later than Date: ${date}.`]
        : [];
    },
  },
  {
    id: "validator-tag-stable",
    aboutChange: true,
    group: "validators",
    title: "Two requests for the same content get the same tag",
    section: "8.8.3",
    level: "quality",
    why: "A tag that changes without the content never matches again, for example between the servers behind a load balancer.",
    notice: "Readers load pages again that they have. Writers are refused although nobody else has written.",
    missing: (known) =>
      withoutTag(known) ??
      (known.again.body === known.page.body ? undefined : "its content changes by itself"),
    ask: async ({ again, etag }) => {
      const second = field(again, "etag");
      return second === etag ? [] : [`The same content had the tag ${etag}, then ${second ?? "none"}.`];
    },
  },
  {
    id: "validator-tag-changes",
    aboutChange: true,
    group: "validators",
    title: "When the content changes, a strong tag changes with it",
    section: "8.8.1",
    level: "MUST",
    why: "A strong tag promises the same octets. If it stays while they change, readers keep the old octets.",
    notice:
      "People see an old page for as long as they have a copy, and downloads are put together from two versions.",
    missing: (known) => withoutTag(known) ?? (isWeak(known.etag!) ? "its tag is weak" : undefined),
    ask: async ({ page, etag }, send) => {
      const later = await send({});
      const isSame = later.body === page.body;
      return !isSame && later.status === 200 && field(later, "etag") === etag
        ? [`The content changed between two answers; the tag ${etag} did not.`]
        : [];
    },
  },
];
