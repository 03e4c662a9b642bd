import { type Line, rows } from "@entity-tag/conformance/rows";
import type { Current, Decision, Policy } from "@entity-tag/core";

/** A row as arguments of `evaluate`. Only the decision counts, not the answer of a server. */
export interface DecidedRow {
  id: string;
  title: string;
  section: string;
  method: string;
  headers: readonly Line[];
  state: Current;
  policy: Policy | undefined;
  outcome: Decision["outcome"];
  because: string | undefined;
  range: boolean;
}

export const decidedRows: readonly DecidedRow[] = rows.map((row) => ({
  id: row.id,
  title: row.title,
  section: row.section,
  method: row.request.method,
  headers: row.request.headers,
  state: row.state as Current,
  policy: row.policy,
  outcome: row.expect.outcome,
  because: row.expect.because,
  range: row.expect.range ?? false,
}));

/** Field lines as `Headers`: several lines are one list (RFC 9110 §5.3). */
export function toHeaders(lines: readonly Line[]): Headers {
  const fields = new Headers();
  for (const [name, value] of lines) fields.append(name, value);
  return fields;
}
