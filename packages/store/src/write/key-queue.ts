import { StoreBusyError } from "../contract/errors.ts";
import { WAIT_TIMEOUT_MS } from "../contract/time-limits.ts";
import { atMost, unlessAborted } from "../contract/waiting.ts";

/** How long to wait for one writer, in milliseconds. Waiting only saves work: correctness does not depend on it. */
const MAX_TURN = 1000;

/** How long a writer may wait in the queue, in milliseconds, while those before it make progress. */
const MAX_WAIT = 30_000;

/** This many writers of one key need no queue. More would wait for each other in the database, each on a connection. */
const MAX_UNQUEUED = 2;

/** The writers of one store in this process, by key. */
interface Writers {
  /** The number of writers that work outside of the queue. */
  unqueued: Map<string, number>;
  queues: Map<string, Queue>;
}

const writersByStore = new WeakMap<object, Writers>();

function writersOf(store: object): Writers {
  const known = writersByStore.get(store);
  if (known) return known;
  const writers: Writers = { unqueued: new Map(), queues: new Map() };
  writersByStore.set(store, writers);
  return writers;
}

/** Does the work at once. `undefined`: the writer must join the queue, because there is one, or too many writers. */
export async function outsideQueue<R>(
  store: object,
  key: string,
  work: () => Promise<R>,
): Promise<R | undefined> {
  const { unqueued, queues } = writersOf(store);
  const count = unqueued.get(key) ?? 0;
  if (count >= MAX_UNQUEUED || queues.has(key)) return undefined;
  unqueued.set(key, count + 1);
  try {
    return await work();
  } finally {
    const left = unqueued.get(key)! - 1;
    if (left > 0) unqueued.set(key, left);
    else unqueued.delete(key);
  }
}

/** The queue of one key. */
interface Queue {
  /** Resolves when the last writer in the queue is done. */
  end: Promise<void>;
  /** When a writer last got an outcome, in milliseconds of `performance.now()`. */
  lastOutcome: number;
  /** Called for the waiting writers when the store cannot write. */
  waiting: Set<(reason: StoreBusyError) => void>;
}

/**
 * Does the work after the earlier writers of this process are done with the key. `waited` is true if there were
 * any.
 *
 * Without a queue, a hundred writers that try one key together waste ninety-nine tries. In a queue, each competes
 * only with other processes, and they are served in order. When the first finds the store busy, the waiting writers
 * would find the same, so they are told at once. A full ledger refuses only writers with a new `Idempotency-Key`.
 */
export async function inTurn<R>(
  store: object,
  key: string,
  signal: AbortSignal | undefined,
  work: (waited: boolean) => Promise<R>,
): Promise<R> {
  const { queues } = writersOf(store);
  const before = queues.get(key);
  const queue = before ?? { end: Promise.resolve(), lastOutcome: performance.now(), waiting: new Set() };
  const mine = before ? turnAfter(queue, signal).then(() => work(true)) : work(false);
  const end = queue.end.then(() => atMost(MAX_TURN, mine));
  queue.end = end;
  queues.set(key, queue);
  try {
    const outcome = await mine;
    queue.lastOutcome = performance.now();
    return outcome;
  } catch (error) {
    const isCommon = error instanceof StoreBusyError && !("isLedgerFull" in error);
    if (isCommon) for (const refuse of queue.waiting) refuse(error);
    throw error;
  } finally {
    if (queue.end === end) queues.delete(key);
  }
}

/** Resolves when it is this writer's turn; rejects when the store cannot write, or the signal aborts. */
async function turnAfter(queue: Queue, signal: AbortSignal | undefined): Promise<void> {
  const { end } = queue;
  let refuse: (reason: StoreBusyError) => void = () => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {});
  queue.waiting.add(refuse);
  const timer = setTimeout(() => refuse(new StoreBusyError("Too many writers wait in the queue")), MAX_WAIT);
  try {
    await unlessAborted(() => Promise.race([end, refused]), signal);
    // The turn also passes on from a writer that is stuck. Otherwise each later writer would wait behind it until its
    // own time is over.
    if (performance.now() - queue.lastOutcome > WAIT_TIMEOUT_MS)
      throw new StoreBusyError("The writers before are stuck");
  } finally {
    clearTimeout(timer);
    queue.waiting.delete(refuse);
  }
}
