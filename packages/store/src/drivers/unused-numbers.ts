/** How long a count is used, in milliseconds. To count a million entries takes a tenth of a second or more. */
const LIFE = 5000;

/** A count of a ledger: its live entries, and the numbers between its ends that no live entry has. */
export interface Count {
  entries: number;
  unused: number;
}

/** How many numbers a ledger has used up without a live entry. */
interface UnusedNumbers {
  /** By the last count; 0 if it is old. */
  known(): number;
  /** Counts, unless a new count found the ledger full. Calls at the same time share one. */
  update(): Promise<void>;
}

/**
 * A ledger computes how many entries it has from the first and the last of their numbers. That is an upper bound: a
 * write that was rolled back has used up a number, and PostgreSQL skips some when it crashes. So a ledger that seems
 * full is counted.
 */
export function unusedNumbers(count: () => Promise<Count>, maxEntries: number): UnusedNumbers {
  let last = { entries: 0, unused: 0, end: Number.NEGATIVE_INFINITY };
  let counting: Promise<void> | undefined;
  const isNew = () => performance.now() < last.end;

  async function update(): Promise<void> {
    try {
      last = { ...(await count()), end: performance.now() + LIFE };
    } finally {
      counting = undefined;
    }
  }

  return {
    known: () => (isNew() ? last.unused : 0),
    async update() {
      if (isNew() && last.entries >= maxEntries) return;
      counting ??= update();
      await counting;
    },
  };
}
