import type { EntityTag } from "@entity-tag/core";
import type { Case } from "./contender.ts";

/** A tag of 42 characters, such as `etag` and similar libraries make. */
export const tag = '"33a64df551425fcc55e4d42a148795d9f25f89d4"' satisfies EntityTag;
const weakTag = `W/${tag}` as const;
const another = '"0beec7b5ea3f0fdbc95d0d3a28b57a4e5c0b7e1a"';
/** The same tag except for its last character. */
const nearly = '"33a64df551425fcc55e4d42a148795d9f25f89d5"';

// ---- Is this tag in that list? ------------------------------------------------------------------------------

export interface ListInput {
  field: string;
  tag: EntityTag;
  match: "strong" | "weak";
}
type ListCase = Case<ListInput, boolean>;

/** `size` tags of 42 characters. Only the one at `at` is the tag that is looked for. */
export function listOf(size: number, at = -1): string {
  return Array.from({ length: size }, (_, i) =>
    i === at ? tag : `"${(i + 1).toString(16).padStart(40, "0c9f31e7")}"`,
  ).join(", ");
}

const kilobytes = (text: string): string => text.repeat(Math.ceil(16_384 / text.length)).slice(0, 16_384);

const inList = (name: string, field: string, answer: boolean, rest: Partial<ListInput> = {}): ListCase => ({
  name,
  input: { field, tag, match: "weak", ...rest },
  answer,
});
const askedOfList = (...line: Parameters<typeof inList>): ListCase => ({
  ...inList(...line),
  askedOnly: true,
});

export const lists: readonly ListCase[] = [
  inList("one tag, the same", tag, true),
  inList("one tag, its weak spelling", weakTag, true),
  inList("one tag, another", another, false),
  inList("one tag, another but for its last character", nearly, false),
  inList("one tag, a short one", '"v1"', false),
  inList("one weak tag, and ours is the same", weakTag, true, { tag: weakTag }),
  inList("one tag, and ours is another, weak", another, false, { tag: weakTag }),
  inList("one tag, the same, compared strongly", tag, true, { match: "strong" }),
  inList("one tag, its weak spelling, compared strongly", weakTag, false, { match: "strong" }),
  inList("ten tags, the first matches", listOf(10, 0), true),
  inList("ten tags, the last matches", listOf(10, 9), true),
  inList("ten tags, none matches", listOf(10), false),
  inList("ten tags, none matches, and ours is weak", listOf(10), false, { tag: weakTag }),
  inList("a hundred tags, the first matches", listOf(100, 0), true),
  inList("a hundred tags, the last matches", listOf(100, 99), true),
  inList("a hundred tags, none matches", listOf(100), false),
  inList("a thousand tags, the last matches", listOf(1000, 999), true),
  inList("a thousand tags, none matches", listOf(1000), false),
  inList("16 kB of spaces", kilobytes(" "), false),
  inList("16 kB of quotes", kilobytes('"'), false),
  inList("16 kB of commas", kilobytes(","), false),
  inList("16 kB of W/", kilobytes("W/"), false),
  inList(
    "16 kB of tags that are ours but for the last character",
    kilobytes(`${nearly}, `).slice(0, 16_366),
    false,
  ),
  inList("16 kB of spaces around the tag", kilobytes(" ").slice(21) + tag + kilobytes(" ").slice(21), true),
  inList("16 kB of commas, then the tag", kilobytes(",") + tag, true),
  inList("the tag, then 16 kB of W/", `${tag}, ${kilobytes("W/")}`, false),
  inList("the tag, then 16 kB without a closing quote", `${tag}, "${kilobytes("a")}`, false),
  askedOfList("a tag with commas, and ours is between them", '"p,a,q"', false, { tag: '"a"' }),
  askedOfList("a tag with a comma, and ours is the same", '"a,b"', true, { tag: '"a,b"' }),
  askedOfList("two tags, a tab around the comma", `${another}\t,\t${tag}`, true),
  askedOfList("two tags with an empty member between", `${another}, , ${tag}`, true),
  askedOfList("the tag, and ours is weak", tag, true, { tag: weakTag }),
  askedOfList("weak in small letters", `w/${tag}`, false),
  askedOfList("without its quotes", tag.slice(1, -1), false),
  askedOfList("the tag, then a member without quotes", `${tag}, v2`, false),
  askedOfList("two tags without a comma", `${another} ${tag}`, false),
  askedOfList("the tag beside a star", `*, ${tag}`, false),
  askedOfList("the tag with a space in it", '"v 1"', false, { tag: '"v"' }),
  askedOfList("the tag's characters at the end of a longer one", '"a"b"', false, { tag: '"b"' }),
  askedOfList("weak, and ours is weak, compared strongly", weakTag, false, { tag: weakTag, match: "strong" }),
  askedOfList("two tags, the second is ours, compared strongly", `${another}, ${tag}`, true, {
    match: "strong",
  }),
];

/** For the plots: this many tags, which all must be read. */
export const listOfSize = (size: number): ListCase =>
  inList(`${size} tags, the last one matches`, listOf(size, size - 1), true);

/** For the plots: a readable field of this length: two tags, with spaces and one comma between them. */
export const spacedField = (length: number): ListCase => {
  const spaces = " ".repeat(length - another.length - tag.length - 2);
  return inList(`${length} characters`, `${another}${spaces}, ${tag}`, true);
};

/** For the plots: a long field of spaces. */
export const emptyField = (length: number): ListCase => inList(`${length} spaces`, " ".repeat(length), false);

// ---- What is this tag? Are these two equal? -------------------------------------------------------------------

export const tagTexts: readonly Case<string, EntityTag | undefined>[] = [
  { name: "a strong tag", input: tag, answer: tag },
  { name: "a weak tag", input: weakTag, answer: weakTag },
  { name: "a strong tag with spaces around it", input: `  ${tag} `, answer: tag },
  { name: "a tag without its quotes", input: tag.slice(1, -1), answer: undefined },
  { name: "two tags", input: `${tag}, ${another}`, answer: undefined },
  { name: "weak in small letters", input: `w/${tag}`, answer: undefined, askedOnly: true },
  { name: "a space inside", input: '"v 1"', answer: undefined, askedOnly: true },
  { name: "a quote inside", input: '"v"1"', answer: undefined, askedOnly: true },
  { name: "a comma inside", input: '"v,1"', answer: '"v,1"', askedOnly: true },
  { name: "nothing between the quotes", input: '""', answer: '""', askedOnly: true },
];

export interface Pair {
  a: EntityTag;
  b: EntityTag;
  match: "strong" | "weak";
}

export const pairs: readonly Case<Pair, boolean>[] = [
  { name: "the same, weakly compared", input: { a: tag, b: tag, match: "weak" }, answer: true },
  { name: "weak and strong, weakly compared", input: { a: weakTag, b: tag, match: "weak" }, answer: true },
  { name: "another, weakly compared", input: { a: another, b: tag, match: "weak" }, answer: false },
  { name: "the same, strongly compared", input: { a: tag, b: tag, match: "strong" }, answer: true },
  { name: "both weak, strongly compared", input: { a: weakTag, b: weakTag, match: "strong" }, answer: false },
  {
    name: "an opaque part that begins as weak tags do",
    input: { a: '"W/1"', b: '"1"', match: "weak" },
    answer: false,
    askedOnly: true,
  },
];

// ---- Which time is this? ----------------------------------------------------------------------------------

/** Sunday, 6 November 1994, 08:49:37: the standard's own example. */
export const moment = 784_111_777_000;
const imfDate = "Sun, 06 Nov 1994 08:49:37 GMT";
type DateCase = Case<string, number | undefined>;
const noDate = (name: string, input: string): DateCase => ({
  name,
  input,
  answer: undefined,
  askedOnly: true,
});

export const dates: readonly DateCase[] = [
  { name: "IMF-fixdate", input: imfDate, answer: moment },
  { name: "RFC 850", input: "Sunday, 06-Nov-94 08:49:37 GMT", answer: moment },
  { name: "asctime, in a zone west of Greenwich", input: "Sun Nov  6 08:49:37 1994", answer: moment },
  { name: "no date at all", input: "yesterday, at about a quarter past", answer: undefined },
  { name: "ISO 8601", input: "1994-11-06T08:49:37Z", answer: undefined },
  noDate("a number", "784111777"),
  noDate("another name of the zone", "Sun, 06 Nov 1994 08:49:37 UTC"),
  noDate("an offset", "Sun, 06 Nov 1994 08:49:37 +0000"),
  noDate("a day that does not exist", "Wed, 30 Feb 1994 08:49:37 GMT"),
  noDate("what old browsers appended", `${imfDate}; length=5`),
  noDate("two dates", `${imfDate}, ${imfDate}`),
  noDate("no zone", "Sun, 06 Nov 1994 08:49:37"),
  noDate("small letters", imfDate.toLowerCase()),
];

export const moments: readonly Case<{ ms: number }, string>[] = [
  { name: "a moment to be sent", input: { ms: moment + 123 }, answer: imfDate },
];

// ---- May the client keep what it has? -----------------------------------------------------------------------

export interface Question {
  method: string;
  /** Names in lower case. */
  fields: Record<string, string>;
  state: { etag: EntityTag; lastModified: number };
  /** The condition that decides, as the answer. */
  isNotModified: boolean;
}
/** True: 304. False: the representation. */
type QuestionCase = Case<Question, boolean>;

/** Other fields of the requests. */
const besides = { host: "example.com", "user-agent": "curl/8.5.0", accept: "*/*" };

const asked = (name: string, fields: Record<string, string>, answer: boolean): QuestionCase => ({
  name,
  input: {
    ...{ method: "GET", fields: { ...besides, ...fields } },
    ...{ state: { etag: tag, lastModified: moment }, isNotModified: answer },
  },
  answer,
});
const onlyAsked = (...line: Parameters<typeof asked>): QuestionCase => ({
  ...asked(...line),
  askedOnly: true,
});
const later = "Sun, 06 Nov 1994 08:49:38 GMT";
const earlier = "Sun, 06 Nov 1994 08:49:36 GMT";

/** The most common cases come first. */
export const questions: readonly QuestionCase[] = [
  asked("unconditional", {}, false),
  asked("If-None-Match, the same tag", { "if-none-match": tag }, true),
  asked("If-None-Match, its weak spelling", { "if-none-match": weakTag }, true),
  asked("If-None-Match, another tag", { "if-none-match": another }, false),
  asked("If-None-Match and If-Modified-Since", { "if-none-match": tag, "if-modified-since": imfDate }, true),
  asked("If-Modified-Since, not modified", { "if-modified-since": imfDate }, true),
  asked("If-Modified-Since, modified", { "if-modified-since": earlier }, false),
  asked("both dates", { "if-unmodified-since": imfDate, "if-modified-since": imfDate }, true),
  onlyAsked("If-None-Match: *", { "if-none-match": "*" }, true),
  onlyAsked("no-cache beside the same tag", { "if-none-match": tag, "cache-control": "no-cache" }, true),
  onlyAsked("another tag, but not modified", { "if-none-match": another, "if-modified-since": later }, false),
  onlyAsked("an unreadable list", { "if-none-match": `${tag}, v2` }, false),
  onlyAsked("an ISO date", { "if-modified-since": "1994-11-06T08:49:38Z" }, false),
  onlyAsked("a list of dates", { "if-modified-since": `${later}, ${later}` }, false),
  onlyAsked("a tab in the list", { "if-none-match": `${another},\t${tag}` }, true),
];

// ---- What is the tag of these bytes? ------------------------------------------------------------------------

/** As many bytes as given, which no compressor and no engine can predict. */
export function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0, state = 1; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/**
 * True: the result is an entity tag, equal for equal bytes, and different for bytes that differ in the last bit.
 */
export const bodies: readonly Case<Uint8Array<ArrayBuffer>, boolean>[] = [
  bodyOfSize(64, "64 B"),
  bodyOfSize(1000, "1 kB"),
  bodyOfSize(100_000, "100 kB"),
  bodyOfSize(10_000_000, "10 MB"),
];

export function bodyOfSize(size: number, name = `${size} B`): Case<Uint8Array<ArrayBuffer>, boolean> {
  return { name, input: bytesOf(size), answer: true };
}
