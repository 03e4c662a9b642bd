import { StoreBusyError, ValueTooLargeError } from "../contract/errors.ts";
import { ANSWER_TIMEOUT_MS, within } from "../contract/time-limits.ts";

/** The client of a remote database asks the server again and again without an end. This ends the wait. */
export function withinAnswerTime<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  const noAnswer = () => new Error(`Deno KV has not answered within ${ANSWER_TIMEOUT_MS} ms`);
  return within(ANSWER_TIMEOUT_MS, work, signal, noAnswer);
}

/** A read that failed has written nothing, whatever the error is. */
export async function reading<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    return await withinAnswerTime(work, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new StoreBusyError("Deno KV cannot be read now", { cause: error });
  }
}

/** The prefix takes some of the 2 KiB that a key may have. */
export function isTooLongKey(error: unknown): boolean {
  return (error as Error | null)?.message?.startsWith("Key too large") === true;
}

/** The database was closed before the commit was sent. */
function isClosed(error: unknown): boolean {
  return (error as Error | null)?.name === "BadResource";
}

/** Translates an error of a commit when it is certain that nothing was written; otherwise returns it unchanged. */
export function certain(error: unknown): unknown {
  if (isTooLongKey(error)) return new ValueTooLargeError("The key is too long for Deno KV", { cause: error });
  return isClosed(error) ? new StoreBusyError("Deno KV is closed", { cause: error }) : error;
}
