import { StoreBusyError } from "../contract/errors.ts";
import { WAIT_TIMEOUT_MS } from "../contract/time-limits.ts";
import { backoff, pause } from "../contract/waiting.ts";
import { certain, isLocked } from "./sqlite-errors.ts";

/** Runs a step at once, or a little later unless the signal aborts. */
type Run = <R>(step: () => R | Promise<R>, signal: AbortSignal | undefined) => R | Promise<R>;

const atOnce: Run = (step) => step();

/**
 * Tries again while another connection holds the lock. This wait keeps the event loop free; SQLite's own blocks it.
 */
export async function whileBusy<R>(
  step: () => R | Promise<R>,
  signal: AbortSignal | undefined,
  { isRead = false, run = atOnce }: { isRead?: boolean; run?: Run } = {},
): Promise<R> {
  const start = performance.now();
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    try {
      const result = run(step, signal);
      return result instanceof Promise ? await result : result;
    } catch (error) {
      if (!isLocked(error)) throw certain(error, isRead);
      if (performance.now() >= start + WAIT_TIMEOUT_MS)
        throw new StoreBusyError("The database is locked", { cause: error });
    }
    await pause(backoff(tries, 32), signal);
  }
}

/** How long writes may block the event loop, in milliseconds. */
const MAX_BLOCK = 10;

/**
 * Runs writes in their order. When they have blocked the event loop for some time, the loop turns once before the next
 * write. Otherwise thousands of writes that come together would stop the whole process for seconds.
 */
export function writesInTurns(): Run {
  const waiting: (() => void)[] = [];
  let spent = 0;
  let isTurning = false;

  function timed<R>(step: () => R): R {
    const start = performance.now();
    try {
      return step();
    } finally {
      spent += performance.now() - start;
    }
  }

  function goOn(): void {
    spent = 0;
    isTurning = false;
    let done = 0;
    while (done < waiting.length && spent < MAX_BLOCK) waiting[done++]!();
    waiting.splice(0, done);
    if (waiting.length > 0) turn();
  }

  function turn(): void {
    if (isTurning) return;
    isTurning = true;
    afterTurn(goOn);
  }

  return (step, signal) => {
    if (waiting.length === 0 && spent < MAX_BLOCK) return timed(step);
    return new Promise((resolve, reject) => {
      waiting.push(() => {
        try {
          signal?.throwIfAborted();
          resolve(timed(step));
        } catch (error) {
          reject(error);
        }
      });
      turn();
    });
  };
}

/** Calls the function after the event loop has handled what is due. */
function afterTurn(next: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (next: () => void) => unknown };
  if (setImmediate) setImmediate(next);
  else setTimeout(next, 0);
}
