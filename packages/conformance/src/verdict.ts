import type { Row } from "./row.ts";
import type { Reply } from "./run/asker.ts";

/**
 * The result of a row.
 *
 * - `fail`: a MUST is broken. `warning`: a SHOULD is, or a row of quality.
 * - `not applicable`: the target cannot be asked this, for example a wire row over a `fetch`.
 * - `could not be set up`: the target has no such state, and nobody can give it one.
 * - `inconclusive`: a cache or proxy, or a resource that changes by itself, may be the cause.
 */
export type Verdict = "pass" | "fail" | "warning" | "not applicable" | "could not be set up" | "inconclusive";

/** A row, and how a target answered it. */
export interface Result {
  row: Row;
  verdict: Verdict;
  /** Each mistake in one sentence, or the reason why the row was not asked. Empty for a pass. */
  found: readonly string[];
  /** The answer, where there was one. */
  reply?: Reply;
  /** The octets of the request, as Latin-1. */
  sent?: string;
  /** The octets of the answer's head, and the beginning of its content, as Latin-1. */
  received?: string;
}
