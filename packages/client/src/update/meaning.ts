import { HttpError } from "../errors.ts";
import { says } from "./dialect.ts";
import { type Doubt, type Failure, isDoubtful } from "./doubt.ts";
import { remembers, underWay } from "./idempotency-key.ts";
import type { Job } from "./job.ts";
import type { Payload } from "./payload.ts";

type Meaning = "refused" | "gone" | "again" | "unknown" | "failed";

/** The meaning of an answer. It depends on what may have happened to earlier copies of the write. */
export function meaningOf<T>(
  { dialect }: Job<T>,
  { key, tag }: Payload<T>,
  doubt: Doubt,
  answer: Failure,
  resent: boolean,
): Meaning {
  if (!(answer instanceof HttpError)) return "unknown";
  const { response, status, problem } = answer;
  if (says(dialect.conflict, response)) {
    const certain = key !== undefined && doubt.credentials !== null && remembers(response, doubt.firstSent);
    return isDoubtful(doubt) && !certain ? "unknown" : "refused";
  }
  if (tag !== undefined && says(dialect.gone, response)) return "gone";
  if (status === 502 || status === 504) return "unknown";
  if (says(dialect.again, response)) return "again";
  return key !== undefined && underWay(response, resent, problem?.type) ? "again" : "failed";
}

/** True when the server says that the condition does not hold. */
export function isRefusal<T>({ dialect }: Job<T>, answer: Failure): boolean {
  return answer instanceof HttpError && says(dialect.conflict, answer.response);
}
