/** Work that is given up when its time is over, or when its signal aborts. */
export interface Watched {
  /** In milliseconds. Without a limit only the signal ends it. */
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called once. `reason`: that of the signal; `undefined` when the time is over. */
  giveUp(abortion: { reason: unknown } | undefined): void;
  /** Set by `watch`. */
  timer?: ReturnType<typeof setTimeout> | undefined;
}

/** How often the signals are checked, in milliseconds. So a signal takes effect after at most this time. */
const INTERVAL = 20;

/**
 * How late a check may be, in milliseconds. A later one may never come, because the request that set its timer has
 * ended. So a new timer is set.
 */
const MAX_DELAY = 1000;

const all = new Set<Watched>();
let nextCheck: ReturnType<typeof setTimeout> | undefined;
/** When the next check should come, in milliseconds of `performance.now()`. */
let due = 0;
/** The `setTimeout` that set the timers above. */
let setter = globalThis.setTimeout;

/**
 * Watches until `unwatch`. Each time limit has a timer of its own: in some runtimes a timer ends with the request that
 * set it, and would take the limits of other requests with it. One more timer checks all signals, because a listener
 * for each statement would cost more than the rest of our work for it.
 */
export function watch(it: Watched): void {
  // A test may put fake timers in place of the real ones, and put the real ones back. Timers of the other kind then
  // never call.
  if (setter !== globalThis.setTimeout) setAllAnew();
  all.add(it);
  limit(it);
  if (it.signal && (nextCheck === undefined || performance.now() > due + MAX_DELAY)) checkLater();
}

export function unwatch(it: Watched): void {
  all.delete(it);
  clearTimeout(it.timer);
}

/** Sets all timers again. An old timer that still fires does no harm: the work is given up only once. */
function setAllAnew(): void {
  setter = globalThis.setTimeout;
  for (const it of all) limit(it);
  if (nextCheck !== undefined) checkLater();
}

function limit(it: Watched): void {
  if (it.limit !== undefined) it.timer = setTimeout(giveUp, it.limit, it);
}

function giveUp(it: Watched): void {
  if (!all.delete(it)) return;
  const { signal } = it;
  it.giveUp(signal?.aborted ? { reason: signal.reason } : undefined);
}

function checkLater(): void {
  clearTimeout(nextCheck);
  due = performance.now() + INTERVAL;
  nextCheck = setTimeout(checkSignals, INTERVAL);
}

function checkSignals(): void {
  nextCheck = undefined;
  try {
    for (const it of all) {
      if (!it.signal?.aborted) continue;
      unwatch(it);
      it.giveUp({ reason: it.signal.reason });
    }
  } finally {
    // A client library may throw when it is told to give up. The others are still watched.
    if (all.size > 0) checkLater();
  }
}
