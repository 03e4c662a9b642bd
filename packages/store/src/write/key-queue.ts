import { atMost, unlessAborted } from "../contract/waiting.ts";

/** How long one writer is waited for, in milliseconds. Waiting is a courtesy: nothing that must be right needs it. */
const MAX_TURN = 1000;

/** For each store and key, when the turn of the last writer in line is over. */
const queues = new WeakMap<object, Map<string, Promise<void>>>();

/**
 * Does the work when the writers of this process that came before have had their turn with the key.
 *
 * Of a hundred writers that try one key at the same time, one wins and ninety-nine have worked in vain. In line, each
 * competes with the other processes alone.
 */
export async function inTurn<R>(
  store: object,
  key: string,
  signal: AbortSignal | undefined,
  work: () => Promise<R>,
): Promise<R> {
  const queue = queues.get(store) ?? new Map<string, Promise<void>>();
  queues.set(store, queue);
  const before = queue.get(key) ?? Promise.resolve();
  const mine = unlessAborted(() => before, signal).then(work);
  const turn = before.then(() => atMost(MAX_TURN, mine));
  queue.set(key, turn);
  try {
    return await mine;
  } finally {
    if (queue.get(key) === turn) queue.delete(key);
  }
}
