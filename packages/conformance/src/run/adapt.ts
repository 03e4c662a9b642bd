import { formatDate, parseDate, parseTag } from "@entity-tag/core";
import type { Expectation, Latitude, Line, Row, State } from "../row.ts";
import { fieldOf } from "./asker.ts";
import type { Learnt } from "./learn.ts";

/** A row, adapted to a resource whose state cannot be set; or the reason why that is not possible. */
type Adapted = { row: Row } | { reason: string };

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const tagFields = new Set(["if-match", "if-none-match", "if-range"]);
const dateFields = new Set(["if-modified-since", "if-unmodified-since", "if-range"]);

/**
 * Rewrites a row for a resource whose state cannot be set: its tag replaces `"v1"`, and its date replaces the one of
 * 1994.
 */
export function adapt(row: Row, learnt: Learnt): Adapted {
  const reason = obstacle(row, learnt);
  if (reason !== undefined) return { reason };
  const headers: Line[] = [];
  for (const line of row.request.headers) {
    const value = adaptValue(line, row, learnt);
    if (value === undefined) return { reason: `${line[0]}: ${line[1]} refers to another resource` };
    headers.push([line[0], value]);
  }
  const fields = adaptFields(row.expect, learnt);
  if (typeof fields === "string") return { reason: fields };
  const expect = { ...row.expect, ...(fields && { fields }) };
  const also = row.also?.flatMap((latitude) => adaptLatitude(latitude, learnt));
  return { row: { ...row, request: { ...row.request, headers }, expect, ...(also && { also }) } };
}

/** The first requirement of the row that the resource does not meet. */
function obstacle({ state, policy, request, expect }: Row, learnt: Learnt): string | undefined {
  if (learnt.status !== 200) return `GET is answered ${learnt.status}`;
  if (request.method !== "GET" && request.method !== "HEAD")
    return `${request.method} is sent only to a target whose state can be set`;
  if (policy !== undefined) return "a setting of the server that cannot be seen from outside";
  if (state === null) return "the resource is there";
  if (state.alternates || state.codings || state.content !== undefined)
    return "the resource has no such forms";
  const names = request.headers.map(([name]) => name.toLowerCase());
  const asksTag = asksOwnTag(state, request.headers) || "ETag" in (expect.fields ?? {});
  const asksDate = names.some((name) => dateFields.has(name));
  if (asksTag && request.method === "HEAD" && learnt.etag !== undefined && !learnt.hasHeadTag)
    return "its answer to HEAD has no tag";
  return (
    (asksTag && tagObstacle(state, request.headers, learnt)) ||
    (asksDate && dateObstacle(state, request.headers, learnt)) ||
    undefined
  );
}

const isOwnTag = (etag: string | undefined): boolean => etag === '"v1"' || etag === 'W/"v1"';

/** A tag other than `"v1"` is another tag for every resource, also for one whose tag is weak or not valid. */
function asksOwnTag({ etag }: State, headers: readonly Line[]): boolean {
  const values = headers.filter(([name]) => tagFields.has(name.toLowerCase())).map(([, value]) => value);
  return isOwnTag(etag) ? values.some((value) => /v1/i.test(value)) : values.length > 0;
}

function tagObstacle(state: State, headers: readonly Line[], learnt: Learnt): string | undefined {
  const { etag } = state;
  if (etag === undefined) return learnt.etag === undefined ? undefined : "the resource has a tag";
  if (learnt.etag === undefined) return "the resource has no tag";
  // No request can use an invalid tag. A row without a tag in its request can still report the invalid field.
  if (parseTag(learnt.etag) === undefined)
    return asksOwnTag(state, headers) ? "its ETag is not an entity tag" : undefined;
  if (etag === '"v1"') return learnt.etag.startsWith('"') ? undefined : "the resource has no strong tag";
  if (etag === 'W/"v1"') return learnt.etag.startsWith("W/") ? undefined : "the resource has no weak tag";
  return "the resource has another tag";
}

function dateObstacle(state: State, headers: readonly Line[], learnt: Learnt): string | undefined {
  const { lastModified, lastModifiedStrong } = state;
  if (lastModified === undefined)
    return learnt.lastModified === undefined ? undefined : "the resource has a date";
  if (learnt.lastModified === undefined || parseDate(learnt.lastModified) === undefined)
    return "the resource has no date";
  const isByDate = headers.some(([name, value]) => name === "If-Range" && parseDate(value) !== undefined);
  if (isByDate && lastModifiedStrong) return "it is not known whether its date is a strong validator";
  return lastModified === moment ? undefined : "the resource has another date";
}

function adaptValue([name, value]: Line, { state }: Row, learnt: Learnt): string | undefined {
  const field = name.toLowerCase();
  if (field === "range") return adaptRange(value, learnt.reply.body.length);
  if (!tagFields.has(field) && !dateFields.has(field)) return value;
  const isDate = dateFields.has(field) && parseDate(value) !== undefined;
  if (isDate || field.endsWith("-since")) return adaptDate(value, learnt);
  return state?.etag === undefined ? value : adaptTag(value, learnt);
}

function adaptTag(value: string, { etag }: Learnt): string | undefined {
  const opaque = parseTag(etag) === undefined ? "v1" : etag!.replace(/^W\//, "").slice(1, -1);
  if (opaque === "v1") return value;
  // Another tag in the row may happen to be the resource's own tag.
  if (opaque === "" || value.includes(`"${opaque}"`) || /^v\d?$/.test(opaque)) return undefined;
  if (value.includes("V1") && opaque.toUpperCase() === opaque) return undefined;
  // In one pass and by a function: the own tag may contain "V1", or "$&".
  return value.replaceAll(/v1/gi, (found) => (found === "v1" ? opaque : opaque.toUpperCase()));
}

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A time in the three formats of §5.6.7. */
function formsOf(ms: number): string[] {
  const imf = formatDate(ms);
  const [, day = "", month = "", year = "", time = ""] = imf.split(" ");
  const weekday = days[new Date(ms).getUTCDay()]!;
  const spaced = day.replace(/^0/, " ");
  return [
    imf,
    `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `${weekday.slice(0, 3)} ${month} ${spaced} ${time} ${year}`,
  ];
}

const known = new Map(
  [-1000, 0, 1000].flatMap((shift) =>
    formsOf(moment + shift).map((text, form) => [text, { shift, form }] as const),
  ),
);
const farAhead = Date.UTC(2900, 0);

function adaptDate(value: string, learnt: Learnt): string | undefined {
  const base = parseDate(learnt.lastModified ?? "") ?? moment;
  const found = known.get(value);
  if (found !== undefined) return formsOf(base + found.shift)[found.form];
  const ms = parseDate(value);
  return ms === undefined || ms > farAhead ? value : undefined;
}

/**
 * Moves a range beyond the end, `bytes=90-99`, beyond the end of this content. `undefined`: it fits only our content.
 */
function adaptRange(value: string, length: number): string | undefined {
  if (length < 8) return undefined;
  if (value === "bytes=90-99") return `bytes=${length + 10}-${length + 19}`;
  return /^bytes=(?:0-3|3-0|0-0)$|^[^b]|^junk/.test(value) ? value : undefined;
}

/** Drops a latitude about a field that the resource does not have. */
function adaptLatitude(latitude: Latitude, learnt: Learnt): Latitude[] {
  const fields = adaptFields(latitude, learnt);
  return typeof fields === "string" ? [] : [{ ...latitude, ...(fields && { fields }) }];
}

function adaptFields(
  { fields }: Pick<Expectation, "fields">,
  learnt: Learnt,
): Expectation["fields"] | string {
  if (fields === undefined) return undefined;
  const adapted: Record<string, string | null | { not: string }> = {};
  for (const [name, expected] of Object.entries(fields)) {
    const actual = fieldOf(learnt.reply, name);
    if (expected === null) adapted[name] = null;
    else if (name === "Content-Length" && expected === "18") adapted[name] = String(learnt.reply.body.length);
    else if (name === "Content-Range" && typeof expected === "string")
      adapted[name] = expected.replace("/18", `/${learnt.reply.body.length}`);
    else if (actual === undefined) return `the resource has no ${name}`;
    else if (name === "ETag" && parseTag(actual) === undefined) adapted[name] = `"${actual}"`;
    else adapted[name] = typeof expected === "string" ? actual : { not: actual };
  }
  return adapted;
}
