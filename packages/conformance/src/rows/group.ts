import { parseDate, parseTag } from "@entity-tag/core";
import type { Expectation, Latitude, Level, Row, RowRequest, State } from "../row.ts";
import { representation } from "./representation.ts";
import {
  type Answer,
  type Headers,
  orBadRequest,
  orGone,
  orPart,
  orSent,
  orUnknownMethod,
  orWhole,
  sameSecond,
} from "./words.ts";

/** A row in short form: its number in the group, and its own members. A number is never used twice. */
export type Entry = readonly [
  number: number | string,
  title: string,
  method: string,
  headers: Headers,
  state: State | null,
  answer: Answer,
  peculiar?: Peculiar,
];

interface Peculiar extends Partial<Pick<Row, "policy" | "level" | "section" | "why" | "also">> {
  /** Details of the answer that do not follow from the decision. */
  expect?: Partial<Expectation>;
  body?: string;
}

const { length } = representation;

/** Rows that share a section and a reason. */
export function group(
  name: string,
  level: Level,
  section: string,
  why: string,
  entries: readonly Entry[],
): Row[] {
  return entries.map((entry) => toRow(`${name}-${entry[0]}`, { level, section, why }, entry));
}

type Shared = Pick<Row, "level" | "section" | "why">;

function toRow(
  id: string,
  shared: Shared,
  [, title, method, headers, state, answer, peculiar = {}]: Entry,
): Row {
  const { expect: expected = {}, also = [], body, policy, ...own } = peculiar;
  const request = requestOf(method, headers, body);
  const expect = { ...expectationOf(request, state, answer), ...expected };
  const latitude = [...also, ...latitudeOf(request, state, expect)];
  return {
    id,
    title,
    ...shared,
    level: levelOf(shared.level, answer),
    ...own,
    needs: needsWire(request) ? "wire" : "fetch",
    state,
    ...(policy && { policy }),
    request,
    expect,
    ...(latitude.length > 0 && { also: latitude }),
  };
}

/** §13.1.3 and §13.1.5 say SHOULD for a 304 by a date and for a 206. */
const levelOf = (level: Level, { because, range }: Answer): Level =>
  level === "MUST" && (because === "if-modified-since" || range) ? "SHOULD" : level;

const withContent = new Set(["PUT", "POST", "PATCH", "QUERY", "put"]);

function requestOf(method: string, headers: Headers, body?: string): RowRequest {
  const content = body ?? (withContent.has(method) ? "what is to be written" : undefined);
  if (content === undefined) return { method, headers };
  return { method, headers: [...headers, ["Content-Type", "text/plain"]], body: content };
}

const statuses = {
  "not-modified": 304,
  "precondition-failed": 412,
  "precondition-required": 428,
  "bad-request": 400,
};

export const isRead = (method: string): boolean =>
  method === "GET" || method === "HEAD" || method === "QUERY";

function expectationOf({ method }: RowRequest, state: State | null, answer: Answer): Expectation {
  if (answer.outcome !== "proceed") {
    const body = answer.outcome === "not-modified" || method === "HEAD" ? "none" : "any";
    return { ...answer, status: [statuses[answer.outcome]], body, effect: "none" };
  }
  const isPart = answer.range === true;
  if (!isRead(method)) return { ...answer, status: written(method, state), body: "any", effect: "any" };
  if (state === null)
    return { ...answer, status: [404], body: method === "HEAD" ? "none" : "any", effect: "any" };
  const body = method === "HEAD" ? "none" : isPart ? "part" : "whole";
  const fields = isPart ? { fields: { "Content-Range": `bytes 0-3/${length}` } } : {};
  return { ...answer, status: [isPart ? 206 : 200], body, ...fields, effect: "any" };
}

function written(method: string, state: State | null): number[] {
  if (["OPTIONS", "TRACE", "CONNECT"].includes(method)) return [200, 204];
  return state === null ? [200, 201, 202, 204, 404] : [200, 202, 204];
}

/** Other answers that the standard allows, for every row of a kind. */
function latitudeOf({ method, headers }: RowRequest, state: State | null, expect: Expectation): Latitude[] {
  const body = method === "HEAD" ? { body: "none" as const } : {};
  const isByDate = headers.some(([name, value]) => name === "If-Range" && value === sameSecond);
  const isUnsure =
    expect.outcome === "proceed" &&
    !expect.range &&
    expect.body === "whole" &&
    state?.lastModified !== undefined;
  return [
    ...(isUnreadable(headers) && expect.body === "whole" ? [orBadRequest] : []),
    ...(expect.status.includes(206) ? [orWhole] : []),
    ...(expect.status.includes(404) && expect.status.length === 1 ? [orGone] : []),
    ...(expect.because === "if-modified-since" && expect.outcome === "not-modified"
      ? [{ ...orSent, ...body }]
      : []),
    ...(isByDate && isUnsure ? [orPart] : []),
    ...(["GET", "HEAD", "PUT"].includes(method) ? [] : [orUnknownMethod]),
  ];
}

/** Whether If-Range is neither one tag nor one date. */
function isUnreadable(headers: Headers): boolean {
  const values = headers.filter(([name]) => name === "If-Range").map(([, value]) => value);
  const value = values.join(", ");
  return values.length > 0 && parseTag(value) === undefined && parseDate(value) === undefined;
}

/** Methods that `fetch` refuses, and methods that it converts to upper case. */
const notFetched = /^(?:connect|trace|track)$/i;
const capitalised = /^(?:delete|get|head|options|post|put)$/i;

function needsWire({ method, headers }: RowRequest): boolean {
  if (notFetched.test(method)) return true;
  if (capitalised.test(method) && method !== method.toUpperCase()) return true;
  const names = headers.map(([name]) => name.toLowerCase());
  if (new Set(names).size < names.length) return true;
  if (names.some((name) => name === "expect" || name === "connection")) return true;
  return headers.some(([, value]) => value !== value.trim() || /[^\t\x20-\x7e\x80-\xff]/.test(value));
}

/** HEAD is evaluated as GET (§9.3.2), but a server ignores its Range (§14.2). */
export function withHead(row: Row): Row[] {
  const { method } = row.request;
  if (method !== "GET") return [row];
  const { range: _, fields, ...expect } = row.expect;
  const { "Content-Range": __, ...others } = fields ?? {};
  const status = expect.status.map((code) => (code === 206 || code === 416 ? 200 : code));
  const also = row.also
    ?.filter((latitude) => latitude !== orWhole && latitude !== orPart)
    .map((latitude) => ({ ...latitude, body: "none" as const }));
  const { also: ___, ...rest } = row;
  return [
    row,
    {
      ...rest,
      id: `${row.id}-head`,
      title: `${row.title}, with HEAD`,
      level: row.expect.range && row.level === "SHOULD" ? "MUST" : row.level,
      request: { ...row.request, method: "HEAD" },
      expect: {
        ...expect,
        status,
        body: "none",
        ...(Object.keys(others).length > 0 && { fields: others }),
      },
      ...(also && also.length > 0 && { also }),
    },
  ];
}
