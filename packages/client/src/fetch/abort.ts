type Listener = (reason: unknown) => void;

const listenersOf = new WeakMap<AbortSignal, Set<Listener>>();

/**
 * Calls the listener when the signal aborts, or at once if it already has. The returned function stops listening.
 *
 * Each signal gets only one listener from this package. An application may use one signal for many requests, and Node
 * warns of a leak from the eleventh listener on.
 */
export function onAbort(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (signal?.aborted) listener(signal.reason);
  if (!signal || signal.aborted) return () => {};
  const listeners = listenersOf.get(signal) ?? listenTo(signal);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The outcome of the work, or a rejection with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  leave?: Listener,
): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const finish = onAbort(signal, (reason) => {
      reject(reason);
      leave?.(reason);
    });
    work.then(resolve, reject).finally(finish);
  });
}

function listenTo(signal: AbortSignal): Set<Listener> {
  const listeners = new Set<Listener>();
  listenersOf.set(signal, listeners);
  const abort = () => {
    for (const listener of [...listeners]) listener(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  return listeners;
}
