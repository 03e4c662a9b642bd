import { parseTag, weakMatch } from "@entity-tag/core";
import type { Answer } from "../wire/answer.ts";
import { count, field, linesOf } from "./answers.ts";
import type { Known } from "./known.ts";
import type { Judge } from "./question.ts";

/** Demands 304. */
export const isNotModified: Judge = (answer) =>
  answer.status === 304 ? [] : [`It answered ${told(answer)}, not 304.`];

/** Demands the same answer as without conditions: the whole page. */
export const isWhole: Judge = (answer, { page, again }) => {
  const differs = answer.body !== page.body && again.body === page.body;
  if (answer.status === page.status) return differs ? ["Its content is not that of the plain answer."] : [];
  return [`It answered ${told(answer)}, not ${page.status} with the whole page.`];
};

/** Demands the whole page, or 400 to a field that breaks the grammar (§15.5.1). */
export const isWholeOrBadRequest: Judge = (answer, known) =>
  answer.status === 400 ? [] : isWhole(answer, known);

/** Demands 412. */
export const isRefused: Judge = (answer) =>
  answer.status === 412 ? [] : [`It answered ${told(answer)}, not 412.`];

/** Demands a part of the first four octets, or the whole page, which is always allowed (§14.2). */
export const isPartOrWhole: Judge = (answer, known) =>
  answer.status === 206 ? partOf(answer, known) : isWhole(answer, known);

/** Demands a part of the first four octets. */
export const isPart: Judge = (answer, known) =>
  answer.status === 206 ? partOf(answer, known) : [`It answered ${told(answer)}, not 206 with the part.`];

/** `200 with the whole page (1,234 octets)`. */
export function told({ status, body, headers }: Answer): string {
  if (status === 206) return `206 with ${field({ headers }, "content-range") ?? "a part"}`;
  return status < 300 && body !== ""
    ? `${status} with ${count(body.length)} octets of content`
    : String(status);
}

/** §15.4.5: a 304 must have each of these fields that the 200 would have had. */
const kept = ["cache-control", "content-location", "etag", "expires", "vary", "date"];

export function lostFields(answer: Answer, { page }: Known): string[] {
  return kept
    .filter((name) => field(page, name) !== undefined && field(answer, name) === undefined)
    .map((name) => `The 304 has no ${titleOf(name)}; the 200 has it.`);
}

export function changedTag(answer: Answer, { etag }: Known): string[] {
  const tag = field(answer, "etag");
  const read = parseTag(tag);
  if (tag === undefined || etag === undefined || (read !== undefined && weakMatch(read, etag))) return [];
  return [`The 304 has the tag ${tag}; the 200 has ${etag}.`];
}

/** §8.6: a `Content-Length` in a 304 must be that of the 200. */
export function falseLength(answer: Answer, { page }: Known): string[] {
  const length = field(answer, "content-length");
  const due = String(page.body.length);
  return length === undefined || length === due
    ? []
    : [`The 304 says Content-Length: ${length}; the 200 has ${due} octets.`];
}

export function describesBody(answer: Answer): string[] {
  return ["content-type", "content-encoding", "content-language", "content-range"]
    .filter((name) => linesOf(answer, name).length > 0)
    .map((name) => `The 304 has a ${titleOf(name)}, but no content.`);
}

/** A server may send less than was asked for (§15.3.7), if `Content-Range` says what it sent. */
function partOf(answer: Answer, { page, etag }: Known): string[] {
  const range = field(answer, "content-range");
  const tag = field(answer, "etag");
  return [
    ...placeOf(answer.body, range, page.body),
    ...(etag === undefined || tag === etag
      ? []
      : [`The part has the tag ${tag ?? "of nothing"}, the page has ${etag}.`]),
  ];
}

function placeOf(part: string, range: string | undefined, whole: string): string[] {
  const end = Math.min(3, whole.length - 1);
  const [, first = "", last = "", length] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? "") ?? [];
  const isWithin = Number(first) <= Number(last) && Number(last) <= end;
  if (length === undefined || !isWithin || !["*", String(whole.length)].includes(length))
    return [`It says Content-Range: ${range ?? "nothing"}, not bytes 0-${end}/${whole.length}.`];
  const isThere = part === whole.slice(Number(first), Number(last) + 1);
  return isThere ? [] : [`The part is not the octets ${first} to ${last} of the page.`];
}

/** The usual case of a field name: `Content-Type` for `content-type`. */
export function titleOf(name: string): string {
  return name === "etag" ? "ETag" : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
