import { formatDate } from "@entity-tag/core";
import { type Row, rows } from "../../rows.ts";

/** `early`: the app says what is there before its handler runs. `late`: the answer of the handler says it. */
export type Mode = "early" | "late";

/** What a handler answers when nobody asks a condition, in the words of any framework. */
export interface Plain {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** How often the handler behind each path ran. */
const runs: Record<string, number> = {};

export const countedRuns = (): string => JSON.stringify(runs);

const reads = new Set(["GET", "HEAD", "QUERY"]);
const isRead = (row: Row): boolean => reads.has(row.method);

/**
 * Can the row be judged late? Only reads are; an answer has no field for the tags of its other forms, nor for how
 * sure its date is; and to require a condition is to judge early.
 */
export const isLate = (row: Row): boolean =>
  isRead(row) &&
  row.state?.alternates === undefined &&
  row.state?.lastModifiedStrong === undefined &&
  !row.policy?.require;

/**
 * The whole business of the app: count the call, then answer as if there were no conditions. It honours the range that
 * it is told of, and never asks If-Range. What it answers early has been given the `cached` fields already.
 */
export function handle(mode: Mode, index: number, range: string | null | undefined): Plain {
  const path = `/${mode}/${index}`;
  runs[path] = (runs[path] ?? 0) + 1;
  const row = rows[index]!;
  if (!isRead(row)) return plain(row.state === null ? 201 : 200, {}, "written");
  if (row.state === null) return plain(404, {}, "nothing is here");
  const fields = mode === "late" ? { ...cached, ...validators(row) } : {};
  return (row.method === "GET" && part(range, fields)) || plain(200, fields, representation);
}

export const representation = "the representation";

/** A single range that can be satisfied (RFC 9110 §14.2). */
function part(range: string | null | undefined, fields: Record<string, string>): Plain | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (first === undefined || last === undefined) return undefined;
  const headers = { ...fields, "content-range": `bytes ${first}-${last}/${representation.length}` };
  return plain(206, headers, representation.slice(Number(first), Number(last) + 1));
}

/** Fields of a 200 that a 304 made from it may not lose (RFC 9110 §15.4.5). */
export const cached = {
  "cache-control": "max-age=60",
  vary: "Accept",
  "access-control-allow-origin": "*",
};

/** How the row's state is written into an answer. */
export function validators({ state }: Row): Record<string, string> {
  const { etag, lastModified } = state ?? {};
  return {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { "last-modified": formatDate(Number(lastModified)) }),
  };
}

function plain(status: number, headers: Record<string, string>, body: string): Plain {
  return { status, headers: { "content-type": "text/plain", ...headers }, body };
}

/** A text of which nobody says what type it is. */
export const greeting = "Good day";
export const greetingState = { etag: '"good-day"' } as const;
