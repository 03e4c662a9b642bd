import { parseDate } from "@entity-tag/core";
import type { Answer } from "../wire/answer.ts";
import { field } from "./answers.ts";

/** How long a server that limits its clients asks them to wait, in milliseconds (RFC 6585 §4, RFC 9110 §10.2.3). */
export function waitOf(answer: Answer): number | undefined {
  const after = field(answer, "retry-after");
  if (answer.status !== 429 && (answer.status !== 503 || after === undefined)) return undefined;
  const until = parseDate(after);
  if (until !== undefined) return Math.max(0, until - Date.now());
  return /^\d+$/.test(after ?? "") ? Number(after) * 1000 : 1000;
}

/** Why no more requests are sent to such a server. */
export function limitText(answer: Answer): string {
  const after = field(answer, "retry-after");
  const advice = after === undefined ? "" : ` (Retry-After: ${after})`;
  return `it answers ${answer.status}: it limits the rate of requests${advice}`;
}
