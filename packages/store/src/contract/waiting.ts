/** How long a piece of work may take, and the error if it takes longer. */
export interface TimeLimit {
  milliseconds: number;
  error: () => Error;
}

/**
 * Returns the result of the work, or throws as soon as the signal aborts or the time is over. The work itself may
 * still go on.
 *
 * It makes one promise and no race of promises, because each statement of a store waits here.
 */
export function unlessAborted<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  limit?: TimeLimit,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const waiting = signal && waitingOn(signal);
    const timer = limit && setTimeout(() => refuse(limit.error()), limit.milliseconds);
    function end(): void {
      clearTimeout(timer);
      waiting?.delete(refuse);
    }
    function refuse(reason: unknown): void {
      end();
      reject(reason);
    }
    waiting?.add(refuse);
    const accept = (result: T) => {
      end();
      resolve(result);
    };
    try {
      work().then(accept, refuse);
    } catch (error) {
      refuse(error);
    }
  });
}

type Refuse = (reason: unknown) => void;

/** The pieces of work that end when a signal aborts. */
const waitingBySignal = new WeakMap<AbortSignal, Set<Refuse>>();

/** A signal gets one listener, however many statements a request needs: adding and removing one costs 2 µs. */
function waitingOn(signal: AbortSignal): Set<Refuse> {
  const known = waitingBySignal.get(signal);
  if (known) return known;
  const waiting = new Set<Refuse>();
  signal.addEventListener(
    "abort",
    () => {
      for (const refuse of waiting) refuse(signal.reason);
    },
    { once: true },
  );
  waitingBySignal.set(signal, waiting);
  return waiting;
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

/** Resolves when the work ends, with or without an error, or after `ms` milliseconds. */
export function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
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
