import { isWeak, opaque, parseTag, weakMatch } from "@entity-tag/core";
import type { Answer } from "../../wire/answer.ts";
import { field } from "../answers.ts";
import { isNotModified } from "../judges.ts";
import { acceptOnly, type Known } from "../known.ts";
import type { Question } from "../question.ts";
import { noneMatch } from "./revalidation.ts";

/** The first compressed answer. */
const coded = ({ coded }: Known) => coded.find(({ answer }) => codingOf(answer) !== undefined);
const codedTag = (known: Known) => parseTag(field(coded(known)?.answer ?? { headers: [] }, "etag"));

const withoutCoding = (known: Known) =>
  coded(known) === undefined ? "nothing is compressed (asked for gzip and br)" : undefined;
const withoutTags = (known: Known) =>
  withoutCoding(known) ?? (known.etag === undefined ? "it sends no ETag" : undefined);
const withoutCodedTag = (known: Known) =>
  withoutTags(known) ?? (codedTag(known) === undefined ? "its compressed form has no tag" : undefined);

/** Questions about compressors, in the server or in front of it, and tags. */
export const codingQuestions: readonly Question[] = [
  {
    id: "coding-shared-tag",
    group: "codings",
    title: "Two codings of a page do not share a strong tag",
    section: "8.8.3.3",
    level: "MUST",
    why: "A strong tag promises the same octets, and the compressed octets are different.",
    notice: "A resumed download or a cache combines compressed and plain octets into a broken page.",
    missing: withoutTags,
    ask: async (known, send) => {
      const { coding } = coded(known)!;
      const answer = await send({ headers: acceptOnly(coding) });
      const tag = field(answer, "etag");
      const shares = tag === known.etag && !isWeak(known.etag!) && answer.body !== known.page.body;
      return shares ? [`The plain page and its ${coding} form both have the tag ${tag}.`] : [];
    },
  },
  {
    id: "coding-keeps-tag",
    group: "codings",
    title: "The compressed page has a tag, too",
    section: "8.8.3",
    level: "quality",
    why: "Most readers accept gzip, so the compressed form must have a tag.",
    notice: "Browsers load the whole page on every visit, although a test without compression gets its 304.",
    missing: withoutTags,
    ask: async (known, send) => {
      const { coding } = coded(known)!;
      const answer = await send({ headers: acceptOnly(coding) });
      return field(answer, "etag") === undefined
        ? [`The ${coding} form has no ETag; the plain page has one.`]
        : [];
    },
  },
  {
    id: "coding-own-tag",
    group: "codings",
    title: "The tag of the compressed page is answered 304",
    section: "13.1.2",
    level: "MUST",
    why: "A client that has the compressed form sends the tag of that form.",
    notice: "Browsers load the whole page on every visit, although a test without compression gets its 304.",
    missing: withoutCodedTag,
    after: "tag-own",
    ask: async (known, send) => {
      const { coding } = coded(known)!;
      return isNotModified(
        await send({ headers: [...acceptOnly(coding), noneMatch(codedTag(known)!)] }),
        known,
      );
    },
  },
  {
    id: "coding-not-across",
    group: "codings",
    title: "The strong tag of one coding is not answered 304 with the tag of another",
    section: "8.8.3.3",
    level: "quality",
    why: "A 304 selects the stored copy that has its tag. Another tag selects a copy that the client may not have.",
    notice: "A client discards a valid copy, or has no copy to show.",
    missing: (known) =>
      withoutCodedTag(known) ?? (codedTag(known) === known.etag ? "both forms have one tag" : undefined),
    ask: async (known, send) => {
      const { coding } = coded(known)!;
      const answer = await send({ headers: [...acceptOnly(coding), noneMatch(known.etag!)] });
      const tag = parseTag(field(answer, "etag"));
      if (answer.status !== 304 || tag === undefined || weakMatch(tag, known.etag!)) return [];
      return tag === codedTag(known)
        ? []
        : [`The request had the tag ${known.etag}, and the 304 has the tag ${tag}.`];
    },
  },
  {
    id: "coding-vary",
    group: "codings",
    title: "A page with several codings has Vary: Accept-Encoding",
    section: "12.5.5",
    level: "SHOULD",
    why: "Otherwise a cache gives the compressed form to a client that cannot read it.",
    notice: "Behind a cache some people see garbage.",
    missing: withoutCoding,
    ask: async (known, send) => {
      const answer = await send({ headers: acceptOnly(coded(known)!.coding) });
      const vary = field(answer, "vary") ?? "";
      return /(^|,)\s*(accept-encoding|\*)\s*(,|$)/i.test(vary)
        ? []
        : [`It says Vary: ${vary || "nothing"}.`];
    },
  },
  {
    id: "coding-writable-tag",
    group: "codings",
    title: "The tag of the compressed page is accepted in a write",
    section: "8.8.3.3",
    level: "quality",
    why: "If-Match compares strongly. A tag that a compressor made weak, or changed, matches nothing at the origin.",
    notice: "People who edit are told that the page has changed, although nobody else has written.",
    missing: (known) =>
      withoutCodedTag(known) ?? (isWeak(known.etag!) ? "its tag is weak without it, too" : undefined),
    ask: async (known, send) => {
      const { coding } = coded(known)!;
      const answer = await send({ headers: acceptOnly(coding) });
      const tag = codedTag(known)!;
      return isWeak(tag) && opaque(tag) === opaque(known.etag!)
        ? [`${known.etag} becomes ${field(answer, "etag")} in its ${coding} form.`]
        : [];
    },
  },
];

function codingOf(answer: Answer): string | undefined {
  const coding = field(answer, "content-encoding");
  return answer.status !== 200 || coding === undefined || coding === "identity" ? undefined : coding;
}
