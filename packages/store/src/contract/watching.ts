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

const all = new Set<Watched>();
let isLooking = false;

/**
 * Watches until `unwatch`. One timer serves all that is watched: a timer and a listener on the signal for each statement
 * would cost more than the rest of our work for it.
 */
export function watch(it: Watched): void {
  all.add(it);
  if (isLooking) return;
  isLooking = true;
  setTimeout(look, INTERVAL);
}

export function unwatch(it: Watched): void {
  all.delete(it);
}

function look(): void {
  const now = performance.now();
  for (const it of all) {
    const { signal } = it;
    if (!signal?.aborted && now < it.end) continue;
    all.delete(it);
    it.giveUp(signal?.aborted ? { reason: signal.reason } : undefined);
  }
  isLooking = all.size > 0;
  if (isLooking) setTimeout(look, INTERVAL);
}
