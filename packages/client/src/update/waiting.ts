import { parseDate } from "@entity-tag/core";

/**
 * The longest pause that `Retry-After` can cause, in milliseconds. A longer one is an error, so that the caller can
 * plan it.
 */
export const LONGEST_PAUSE = 60_000;

/**
 * The outcome of the work, or a rejection with the signal's reason as soon as it aborts. A later failure of the work
 * is ignored.
 */
export function until<T>(signal: AbortSignal | undefined, work: T | Promise<T>): T | Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits for this number of milliseconds, or fails with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    // A timer treats a number outside of this range as 1.
    timer = setTimeout(resolve, Math.min(Math.max(ms, 0) || 0, 2 ** 31 - 1));
  });
  try {
    await until(signal, waited);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Full jitter: any time up to a bound that doubles with each failure, from 20 ms up to a second.
 *
 * Clients that failed together spread over the whole time, so that they do not meet again. From the ninth failure on
 * the bound grows by an eighth of a second each time, because a second was too short for this number of clients.
 */
export function fullJitter(failures: number): number {
  return Math.random() * Math.min(Math.max(1000, 125 * failures), 20 * 2 ** (failures - 1));
}

/** How long the server asks to wait, in milliseconds; `undefined` if it does not say. @see RFC 9110 §10.2.3 */
export function retryAfter(response: Response): number | undefined {
  const field = response.headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(field)) return Number(field) * 1000;
  const date = parseDate(field);
  return date === undefined ? undefined : Math.max(0, date - Date.now());
}
