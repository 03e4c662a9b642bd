import { StoreBusyError } from "./errors.ts";
import { type TimeLimit, unlessAborted } from "./waiting.ts";

/** How long a store waits for a connection, a lock or a locked file, in milliseconds of real time. */
export const WAIT_TIMEOUT_MS = 2000;

/** How long a statement may run before the server is asked to cancel it, in milliseconds. */
export const CANCEL_MS = 5000;

/** How long a store waits for the answer to a statement that it sent, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Returns the result of the work. When the time is over, or when the signal aborts, it throws instead. The work itself
 * may still go on.
 */
export function within<R>(
  milliseconds: number,
  work: () => PromiseLike<R>,
  signal: AbortSignal | undefined,
  timedOut: () => Error,
  early?: TimeLimit["early"],
): Promise<R> {
  return unlessAborted(work, signal, { milliseconds, error: timedOut, early });
}

/** Nothing was sent, so nothing was written. */
export function notConnected(database: string, cause?: unknown): StoreBusyError {
  return new StoreBusyError(`${database} cannot be reached`, { cause });
}
