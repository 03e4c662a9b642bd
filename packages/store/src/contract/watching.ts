/** Work that is given up when its time is over, or when its signal aborts. */
export interface Watched {
  /** In milliseconds of `performance.now()`. */
  end: number;
  signal: AbortSignal | undefined;
  /** Called once. `reason`: that of the signal; `undefined` when the time is over. */
  giveUp(abortion: { reason: unknown } | undefined): void;
}

/** How often all of them are looked at, in milliseconds. So a signal takes effect after at most this time. */
const INTERVAL = 20;

/** A timer that is later than this is replaced, in milliseconds. */
const MAX_DELAY = 1000;

const all = new Set<Watched>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer should call. */
let due = 0;

/**
 * Watches until `unwatch`. One timer serves all that is watched: a timer and a listener on the signal for each statement
 * would cost more than the rest of our work for it.
 */
export function watch(it: Watched): void {
  all.add(it);
  // Some timers never call: those of a test with fake timers, and of a request that has ended in some runtimes.
  if (timer === undefined || performance.now() > due + MAX_DELAY) lookLater();
}

export function unwatch(it: Watched): void {
  all.delete(it);
}

function lookLater(): void {
  clearTimeout(timer);
  due = performance.now() + INTERVAL;
  timer = setTimeout(look, INTERVAL);
}

function look(): void {
  const now = performance.now();
  timer = undefined;
  try {
    for (const it of all) {
      const { signal } = it;
      if (!signal?.aborted && now < it.end) continue;
      all.delete(it);
      it.giveUp(signal?.aborted ? { reason: signal.reason } : undefined);
    }
  } finally {
    // A client library may throw when it is told to give up. The others are still watched.
    if (all.size > 0) lookLater();
  }
}
