import type { Row } from "./row.ts";
import type { Reply } from "./run/asker.ts";

/**
 * The result of a row.
 *
 * - `fail`: a MUST is broken. `warning`: a SHOULD or a row of quality is broken.
 * - `not applicable`: the row does not apply to the target, for example a wire row to a `fetch`.
 * - `could not be set up`: the target does not have the state of the row, and it cannot be set.
 * - `inconclusive`: a cache or proxy, or a resource that changes by itself, may have caused the answer.
 */
export type Verdict = "pass" | "fail" | "warning" | "not applicable" | "could not be set up" | "inconclusive";

/** The result of a row. */
export interface Result {
  row: Row;
  verdict: Verdict;
  /** Each mistake in one sentence, or the reason why the row was not asked. Empty for a pass. */
  found: readonly string[];
  /** The answer, if there was one. */
  reply?: Reply;
  /** The octets of the request, as Latin-1 text. */
  sent?: string;
  /** The octets of the answer's head, and the beginning of its content, as Latin-1. */
  received?: string;
}
