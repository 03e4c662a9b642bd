import { StoreBusyError } from "../contract/errors.ts";
import { atMost, unlessAborted } from "../contract/waiting.ts";

/** How long one writer is waited for, in milliseconds. Waiting is a courtesy: nothing that must be right needs it. */
const MAX_TURN = 1000;

/** How long a writer stands in line, in milliseconds, while those before it make progress. */
const MAX_WAIT = 30_000;

/** The line for one key. */
interface Line {
  /** When the turn of the last writer in it is over. */
  end: Promise<void>;
  /** Called for the writers that still wait, when nobody can write. */
  waiting: Set<(reason: StoreBusyError) => void>;
}

const lines = new WeakMap<object, Map<string, Line>>();

/**
 * Does the work when the writers of this process that came before have had their turn with the key. `waited` tells it
 * whether there was one.
 *
 * Of a hundred writers that try one key at the same time, one wins and ninety-nine have worked in vain. In line, each
 * competes with the other processes alone, and each is served in the order in which it came. When the first finds the
 * store busy, those that have waited with it would find the same: they are told so at once.
 */
export async function inTurn<R>(
  store: object,
  key: string,
  signal: AbortSignal | undefined,
  work: (waited: boolean) => Promise<R>,
): Promise<R> {
  const ofStore = lines.get(store) ?? new Map<string, Line>();
  lines.set(store, ofStore);
  const before = ofStore.get(key);
  const line = before ?? { end: Promise.resolve(), waiting: new Set() };
  const mine = before ? turnAfter(line, signal).then(() => work(true)) : work(false);
  const end = line.end.then(() => atMost(MAX_TURN, mine));
  line.end = end;
  ofStore.set(key, line);
  try {
    return await mine;
  } catch (error) {
    if (error instanceof StoreBusyError) for (const refuse of line.waiting) refuse(error);
    throw error;
  } finally {
    if (line.end === end) ofStore.delete(key);
  }
}

/** Resolves when the line has moved up; rejects when it cannot, or the signal aborts. */
async function turnAfter(line: Line, signal: AbortSignal | undefined): Promise<void> {
  const { end } = line;
  let refuse: (reason: StoreBusyError) => void = () => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {});
  line.waiting.add(refuse);
  const timer = setTimeout(() => refuse(new StoreBusyError("Too many writers stand in line")), MAX_WAIT);
  try {
    await unlessAborted(() => Promise.race([end, refused]), signal);
  } finally {
    clearTimeout(timer);
    line.waiting.delete(refuse);
  }
}
