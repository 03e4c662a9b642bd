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
  const ran = mode === "late" || row.outcome === "proceed" ? 1 : 0;
  if (runs !== ran) found.push(`the handler ran ${runs} times instead of ${ran}`);
  const asked = row.method === "HEAD" ? notAsBody : undefined;
  return [...found, ...(asked ?? nothing)(answer), ...judges[status]!(row, answer, mode)];
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
      return row.state !== null ? 200 : isRead(row) ? 404 : 201;
  }
}

type Judge = (row: Row, answer: Answer, mode: Mode) => string[];

const nothing = (): string[] => [];

const judges: Record<number, Judge> = {
  200: (row, answer) => (isRead(row) ? [...carries(answer, validators(row)), ...isBody(row, answer)] : []),
  201: nothing,
  304: (row, answer, mode) => [
    ...carries(answer, { ...validators(row), ...(mode === "late" ? cached : {}) }),
    ...describesNoBody(answer),
  ],
  400: isProblem,
  404: nothing,
  412: (row, answer, mode) => [...isProblem(row, answer), ...carriesTag(row, answer, mode)],
  428: isProblem,
};

/** The values of a field, several lines being one list (RFC 9110 §5.3). */
function field({ headers }: Answer, name: string): string | undefined {
  const lines = headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
  return lines.length === 0 ? undefined : lines.join(", ");
}

/** A runtime may add its own members to a list, Vary above all. */
function carries(answer: Answer, expected: Record<string, string>): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const actual = field(answer, name);
    const members = name === "vary" ? (actual?.split(",").map((member) => member.trim()) ?? []) : [actual];
    return members.includes(value) ? [] : [`${name}: ${actual} instead of ${value}`];
  });
}

const bodyFields = [
  "content-type",
  "content-encoding",
  "content-language",
  "content-range",
  "transfer-encoding",
];

function describesNoBody(answer: Answer): string[] {
  const described = bodyFields.filter((name) => field(answer, name) !== undefined);
  const length = field(answer, "content-length") ?? "0";
  return [...described, ...(length === "0" ? [] : ["content-length"])].map((name) => `a 304 with ${name}`);
}

const notAsBody = ({ body }: Answer): string[] => (body === "" ? [] : ["HEAD was answered with a body"]);

function isBody({ method }: Row, { body }: Answer): string[] {
  const expected = method === "HEAD" ? "" : representation;
  return body === expected ? [] : [`the body is ${JSON.stringify(body)}`];
}

/** A framework may have made a tag of its own for an answer that is judged late. */
function carriesTag({ state }: Row, answer: Answer, mode: Mode): string[] {
  const [expected, actual] = [state?.etag, field(answer, "etag")];
  const right = expected === undefined && mode === "late" ? true : expected === actual;
  return right ? [] : [`etag: ${actual} instead of ${expected}`];
}

function isProblem({ method }: Row, answer: Answer): string[] {
  const type = field(answer, "content-type");
  if (method === "HEAD") return [];
  if (!type?.startsWith("application/problem+json")) return [`content-type: ${type}`];
  const { status } = JSON.parse(answer.body);
  return status === answer.status ? [] : [`the problem says ${status}`];
}
