import { unwatch, type Watched, watch } from "./watching.ts";

/** How long a piece of work may take, and the error if it takes longer. */
export interface TimeLimit {
  milliseconds: number;
  error: () => Error;
  /** Called once when the work takes this long. It is not given up yet. */
  early?: { milliseconds: number; call: () => void } | undefined;
}

/**
 * Returns the result of the work, or throws soon after the signal aborts or the time is over. The work itself may still
 * go on.
 *
 * It makes one promise and no race of promises, because each statement of a store waits here.
 */
export function unlessAborted<T>(
  work: () => PromiseLike<T>,
  signal: AbortSignal | undefined,
  limit?: TimeLimit,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let early = limit?.early;
    const waiting: Watched = {
      limit: (early ?? limit)?.milliseconds,
      signal,
      giveUp(abortion) {
        if (abortion || !early) return reject(abortion ? abortion.reason : limit!.error());
        const { milliseconds, call } = early;
        early = undefined;
        waiting.limit = limit!.milliseconds - milliseconds;
        watch(waiting);
        call();
      },
    };
    watch(waiting);
    const accept = (result: T) => {
      unwatch(waiting);
      resolve(result);
    };
    const refuse = (reason: unknown) => {
      unwatch(waiting);
      reject(reason);
    };
    try {
      work().then(accept, refuse);
    } catch (error) {
      refuse(error);
    }
  });
}

/** Resolves after `ms` milliseconds, or rejects as soon as the signal aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await unlessAborted(() => new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the work ends, with or without an error, or after about `ms` milliseconds. */
export function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const waiting: Watched = { limit: ms, giveUp: () => resolve() };
    watch(waiting);
    const end = () => {
      unwatch(waiting);
      resolve();
    };
    work.then(end, end);
  });
}

/**
 * How long to wait before the next try, in milliseconds. It doubles up to `cap`, and is random so that two
 * writers do not collide again.
 */
export function backoff(tries: number, cap: number): number {
  return Math.random() * Math.min(cap, 2 ** Math.min(tries, 30));
}
