import { type Row, rows } from "../../rows.ts";
import { cached, type Mode, representation, validators } from "../apps/handlers.ts";
import type { Answer } from "./connection.ts";
import type { Question, Reply } from "./interview.ts";

/** What is wrong with a reply; nothing, when it is what the row demands. */
export function problems({ mode, index }: Question, { answer, fault, runs }: Reply): string[] {
  const row = rows[index]!;
  const found = fault === undefined ? [] : [fault];
  if (answer === undefined) return found;
  const status = expectedStatus(row);
  if (answer.status !== status) return [...found, `${answer.status} instead of ${status}`];
  const [least, most] = expectedRuns(row, mode);
  if (runs < least || runs > most) found.push(`the handler ran ${runs} times, not ${least} to ${most}`);
  return [...found, ...judges[status]!(row, answer, mode)];
}

/** Does the row demand another answer than the handler gives when nobody asks a condition? */
export function isConditional(row: Row): boolean {
  return (
    expectedStatus(row) !==
    statusWithout(
      row,
      row.headers.some(([name]) => name === "Range"),
    )
  );
}

const isRead = ({ method }: Row): boolean => method === "GET" || method === "HEAD" || method === "QUERY";

function expectedStatus(row: Row): number {
  switch (row.outcome) {
    case "not-modified":
      return 304;
    case "precondition-failed":
      return 412;
    case "precondition-required":
      return 428;
    case "bad-request":
      return 400;
    case "proceed":
      return statusWithout(row, row.range === true);
  }
}

/** Without conditions, the handler honours the range that it is told of, for GET alone (RFC 9110 §14.2). */
function statusWithout(row: Row, isRanged: boolean): number {
  if (row.state === null) return isRead(row) ? 404 : 201;
  return row.method === "GET" && isRanged ? 206 : 200;
}

/**
 * A write is handled once or not at all. A read may be asked for as a whole after it was asked for in part, and what has
 * no validator may be handled in search of one.
 */
function expectedRuns(row: Row, mode: Mode): [least: number, most: number] {
  const most = row.method === "GET" && row.headers.some(([name]) => name === "If-Range") ? 2 : 1;
  if (mode === "late" || row.outcome === "proceed") return [1, most];
  const hasValidator = row.state?.etag !== undefined || row.state?.lastModified !== undefined;
  return [0, isRead(row) && !hasValidator ? most : 0];
}

type Judge = (row: Row, answer: Answer, mode: Mode) => string[];

const nothing = (): string[] => [];

const judges: Record<number, Judge> = {
  200: (row, answer) => (isRead(row) ? [...isSent(row, answer), ...isBody(row, answer, representation)] : []),
  201: nothing,
  206: (row, answer) => [
    ...isSent(row, answer),
    ...carries(answer, { "content-range": `bytes 0-3/${representation.length}` }),
    ...isBody(row, answer, representation.slice(0, 4)),
  ],
  304: (row, answer) => [...isSent(row, answer), ...describesNoBody(answer)],
  400: isProblem,
  404: nothing,
  412: (row, answer) => [...isProblem(row, answer), ...carriesTag(row, answer)],
  428: isProblem,
};

/** The values of a field, several lines being one list (RFC 9110 §5.3). */
export function field({ headers }: Answer, name: string): string | undefined {
  const lines = headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
  return lines.length === 0 ? undefined : lines.join(", ");
}

/** A runtime may add its own members to a list, Vary above all. */
export function members(answer: Answer, name: string): string[] {
  return (field(answer, name) ?? "").split(",").map((member) => member.trim());
}

function carries(answer: Answer, expected: Record<string, string>): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const actual = field(answer, name);
    const values = name === "vary" ? members(answer, name) : [actual];
    return values.includes(value) ? [] : [`${name}: ${actual} instead of ${value}`];
  });
}

/** What a 200 has, its 206 and its 304 have, too. */
function isSent(row: Row, answer: Answer): string[] {
  return carries(answer, { ...validators(row), ...cached });
}

const bodyFields = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "content-range",
  "transfer-encoding",
];

export function describesNoBody(answer: Answer): string[] {
  return bodyFields
    .filter((name) => field(answer, name) !== undefined)
    .map((name) => `${name}: ${field(answer, name)} of a 304`);
}

function isBody({ method }: Row, { body }: Answer, representation: string): string[] {
  const expected = method === "HEAD" ? "" : representation;
  return body === expected ? [] : [`the body is ${JSON.stringify(body)}`];
}

function carriesTag({ state }: Row, answer: Answer): string[] {
  const [expected, actual] = [state?.etag, field(answer, "etag")];
  return expected === actual ? [] : [`etag: ${actual} instead of ${expected}`];
}

/** Nothing of a refusal may be kept as long as the representation may be. */
function isProblem({ method }: Row, answer: Answer): string[] {
  const kept = field(answer, "cache-control") === cached["cache-control"] ? ["the refusal may be kept"] : [];
  if (method === "HEAD") return [...kept, ...(answer.body === "" ? [] : ["HEAD was answered with a body"])];
  const type = field(answer, "content-type");
  if (!type?.startsWith("application/problem+json")) return [...kept, `content-type: ${type} of a refusal`];
  const { status } = JSON.parse(answer.body);
  return status === answer.status ? kept : [...kept, `the problem says ${status}`];
}
