import { type Current, parseDate, parseTag, type State } from "@entity-tag/core";
import type { Line } from "../row.ts";
import type { ExplainedRequest } from "./steps.ts";

/** A recorded request and its answer. */
export interface Exchange {
  request: ExplainedRequest & { url: string };
  response: { status: number; headers: readonly Line[]; body: string } | undefined;
}

/** The state that an answer's validators show. */
function stateOf(headers: readonly Line[]): State {
  const etag = parseTag(fieldIn(headers, "etag"));
  const lastModified = parseDate(fieldIn(headers, "last-modified"));
  return {
    ...(etag === undefined ? {} : { etag }),
    // The answer does not say whether its date is strong, so `If-Range` with a date is treated as strong.
    ...(lastModified === undefined ? {} : { lastModified, lastModifiedStrong: true }),
  };
}

export function fieldIn(headers: readonly Line[], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** The state when the request arrived, if its own answer or an earlier one shows it; otherwise `undefined`. */
export function stateBefore(
  { request, response }: Exchange,
  known: Current | undefined,
): Current | undefined {
  if (response === undefined) return known;
  const { status, headers } = response;
  const told = stateOf(headers);
  const isRead = request.method === "GET" || request.method === "HEAD";
  const tells = told.etag !== undefined || told.lastModified !== undefined;
  if (isRead && (status === 200 || status === 206)) return told;
  if (isRead && (status === 404 || status === 410)) return null;
  // A 304 or a 412 usually has the tag. An earlier answer may have the date.
  if (status === 304 || status === 412) return tells ? { ...known, ...told } : known;
  return known;
}

/** The state after the exchange. */
export function stateAfter(exchange: Exchange, known: Current | undefined): Current | undefined {
  const { request, response } = exchange;
  if (response === undefined) return known;
  const { status, headers } = response;
  if (request.method === "GET" || request.method === "HEAD") return stateBefore(exchange, known);
  if (status < 200 || status >= 300 || request.method === "OPTIONS") return known;
  if (request.method === "DELETE") return null;
  const told = stateOf(headers);
  return told.etag === undefined ? undefined : told;
}
