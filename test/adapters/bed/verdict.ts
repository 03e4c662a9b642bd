import type { Line, Reply, Row } from "@entity-tag/conformance";
import { fieldsOf, type Mode, validators } from "../apps/handlers.ts";
import type { Interviewed } from "./interview.ts";

/**
 * The faults of an answer: by the row, and also by the number of handler runs, the fields that a 200 must keep, and the
 * problem document of a refusal.
 */
export function problems({ mode, row, result, runs }: Interviewed): string[] {
  const { reply, found, verdict } = result;
  if (verdict === "inconclusive") return [];
  if (reply === undefined || !row.expect.status.includes(reply.status)) return [...found];
  const [least, most] = expectedRuns(row, mode);
  const count = runs < least || runs > most ? [`the handler ran ${runs} times, not ${least} to ${most}`] : [];
  return [...found, ...count, ...(judges[reply.status]?.(row, reply) ?? [])];
}

/** Whether the row demands another answer than the handler gives without conditions. */
export function isConditional({ expect, request, state }: Row): boolean {
  if (expect.outcome !== "proceed") return true;
  const isHonoured = ([name, value]: Line) => name === "Range" && /^bytes=[\d-]+$/.test(value);
  return state !== null && request.method === "GET" && request.headers.some(isHonoured) && !expect.range;
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD" || method === "QUERY";

/**
 * How often the handler may run. A write runs once or not at all. A read with a range may run again without the range.
 * If the state has no validator, a read may run although it gets a 304 or a 412. A row that tests the connection sends
 * one more request.
 */
function expectedRuns({ request, expect, state }: Row, mode: Mode): [least: number, most: number] {
  const again = expect.next === undefined ? 0 : 1;
  const isRanged = request.headers.some(
    ([name, value]) => name === "If-Range" || (mode === "late" && value === "bytes=90-99"),
  );
  const most = (isRead(request.method) && request.method !== "HEAD" && isRanged ? 2 : 1) + again;
  if (mode === "late" || expect.outcome === "proceed") return [1, most];
  const hasValidator = state?.etag !== undefined || state?.lastModified !== undefined;
  return [0, isRead(request.method) && !hasValidator ? most : again];
}

type Judge = (row: Row, reply: Reply) => string[];

const judges: Record<number, Judge> = {
  200: (row, reply) => (isRead(row.request.method) ? isSent(row, reply) : []),
  206: (row, reply) => isSent(row, reply),
  304: (row, reply) => [...isSent(row, reply), ...describesNoBody(reply)],
  400: isProblem,
  412: (row, reply) => [...isProblem(row, reply), ...carriesTag(row, reply)],
  428: isProblem,
};

/** The values of a field, several lines being one list (RFC 9110 §5.3). */
export function field({ headers }: Pick<Reply, "headers">, name: string): string | undefined {
  const lines = headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
  return lines.length === 0 ? undefined : lines.join(", ");
}

/** A runtime may add its own members to a list, Vary above all. */
export function members(answer: Pick<Reply, "headers">, name: string): string[] {
  return (field(answer, name) ?? "").split(",").map((member) => member.trim());
}

function carries(reply: Reply, expected: Record<string, string>): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const actual = field(reply, name);
    const values = name === "vary" ? members(reply, name) : [actual];
    return values.includes(value) ? [] : [`${name}: ${actual} instead of ${value}`];
  });
}

/** The 206 and the 304 have the fields of the 200, except those that describe the content. */
function isSent(row: Row, reply: Reply): string[] {
  const dropped = reply.status === 304 ? bodyFields : [];
  const kept = Object.entries(fieldsOf(row)).filter(([name]) => !dropped.includes(name));
  // The tag of a 304 may be that of a coding: its own row asks which.
  const { etag, ...others } = validators(row);
  const tag = etag === undefined || row.state?.codings ? {} : { etag };
  return carries(reply, { ...tag, ...others, ...Object.fromEntries(kept) });
}

const bodyFields = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "content-range",
  "transfer-encoding",
];

export function describesNoBody(answer: Pick<Reply, "headers">): string[] {
  return bodyFields
    .filter((name) => field(answer, name) !== undefined)
    .map((name) => `${name}: ${field(answer, name)} of a 304`);
}

function carriesTag({ state }: Row, reply: Reply): string[] {
  const [expected, actual] = [state?.etag, field(reply, "etag")];
  return expected === actual ? [] : [`etag: ${actual} instead of ${expected}`];
}

/** No cache may keep a refusal as long as the representation. */
function isProblem({ request }: Row, reply: Reply): string[] {
  const kept = field(reply, "cache-control")?.includes("max-age=60") ? ["the refusal may be kept"] : [];
  if (request.method === "HEAD")
    return [...kept, ...(reply.body === "" ? [] : ["HEAD was answered with a body"])];
  const type = field(reply, "content-type");
  if (!type?.startsWith("application/problem+json")) return [...kept, `content-type: ${type} of a refusal`];
  // Next codes what the client accepts.
  if (field(reply, "content-encoding") !== undefined) return kept;
  const { status } = JSON.parse(reply.body);
  return status === reply.status ? kept : [...kept, `the problem says ${status}`];
}
