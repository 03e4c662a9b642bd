import type { HttpError } from "../errors.ts";
import type { Payload } from "./payload.ts";

/** The facts about the copies of a write that were sent before. */
export interface Doubt {
  firstSent: number;
  /** The credentials of the first copy with a key; `null` once a copy was sent with others. */
  credentials?: string | null;
  /** An answer was lost: a copy may have been applied, or may still be. */
  lost: boolean;
  /** A 503 came. A proxy may have made it after the server had applied the write. */
  suspected: boolean;
}

/** An answer that is not a success, or no answer. */
export type Failure = HttpError | { lost: unknown };

export function isDoubtful({ lost, suspected }: Doubt): boolean {
  return lost || suspected;
}

export function noteFailure<T>(doubt: Doubt, { key }: Payload<T>, answer: Failure): void {
  const status = "status" in answer ? answer.status : 0;
  if (status === 0 || status === 502 || status === 504) doubt.lost = true;
  else if (status >= 500 || (status === 409 && key !== undefined)) doubt.suspected = true;
}
