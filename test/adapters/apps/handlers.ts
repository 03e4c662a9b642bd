import { type Row, representation } from "@entity-tag/conformance/rows";
import { formatDate } from "@entity-tag/core";

/** `early`: the app gives the state before its handler runs. `late`: the answer of the handler shows the state. */
export type Mode = "early" | "late";

/** The answer of a handler without conditions, in a form for any framework. */
export interface Plain {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The path of a row. */
export const pathOf = (mode: Mode, { id }: Row): string => `/${mode}/${id}`;

/** How often the handler behind each path ran. */
const runs: Record<string, number> = {};

export const countedRuns = (): string => JSON.stringify(runs);

const reads = new Set(["GET", "HEAD", "QUERY"]);
const isRead = (row: Row): boolean => reads.has(row.request.method);

/**
 * Can the row be judged late? Only reads can. An answer has no field for the tags of its other forms, and none that
 * says whether its date is strong. A required condition is judged early.
 */
export const isLate = (row: Row): boolean =>
  isRead(row) &&
  row.state?.alternates === undefined &&
  row.state?.codings === undefined &&
  row.state?.lastModifiedStrong === undefined &&
  !row.policy?.require;

/**
 * The work of the app: count the call, then answer as if there were no conditions. It honours the range that it sees,
 * and never checks If-Range. An early answer has the `cached` fields already.
 */
export function handle(mode: Mode, row: Row, range: string | null | undefined): Plain {
  const path = pathOf(mode, row);
  runs[path] = (runs[path] ?? 0) + 1;
  if (!isRead(row)) return plain(isCreated(row) ? 201 : 200, {}, "written");
  if (row.state === null) return plain(404, {}, "nothing is here");
  const fields = mode === "late" ? { ...fieldsOf(row), ...validators(row) } : {};
  return (isRanged(row) && part(range, fields)) || plain(200, fields, representation);
}

const length = representation.length;

const isCreated = ({ state, request }: Row): boolean =>
  state === null && !["OPTIONS", "TRACE", "CONNECT"].includes(request.method);

/** RFC 9110 §14.2, RFC 10008 §2.8. */
const isRanged = ({ request }: Row): boolean => request.method === "GET" || request.method === "QUERY";

/** A single range (RFC 9110 §14.2); others are ignored. */
function part(range: string | null | undefined, fields: Record<string, string>): Plain | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  const from = first === "" ? length - Number(last) : Number(first);
  const to = first === "" || last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (from >= length) return plain(416, { ...fields, "content-range": `bytes */${length}` }, "");
  if (to < from) return undefined;
  const headers = { ...fields, "content-range": `bytes ${from}-${to}/${length}` };
  return plain(206, headers, representation.slice(from, to + 1));
}

/** Fields of a 200 that a 304 made from it may not lose (RFC 9110 §15.4.5). */
export const cached = {
  "cache-control": "max-age=60",
  vary: "Accept",
  "access-control-allow-origin": "*",
};

/** The fields above, and the row's own. */
export function fieldsOf({ state }: Row): Record<string, string> {
  const own = Object.entries(state?.fields ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...cached, ...Object.fromEntries(own) };
}

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

/** A text without a type. */
export const greeting = "Good day";
export const greetingState = { etag: '"good-day"' } as const;
