/** How long a ledger that a count found full is not counted again, in milliseconds. A million entries take 0.1 s. */
const LIFE = 5000;

/** A count of a ledger: its live entries, and the highest number of an entry. */
export interface Count {
  entries: number;
  highest: number;
}

/** The numbers that new entries of a ledger may have. */
interface LedgerRoom {
  /** While no entry has this number, there is room for one more, however many numbers were used up before. */
  lastNumber(): number;
  /** Counts, unless a new count found the ledger full. Calls at the same time share one. */
  update(): Promise<void>;
}

/**
 * A ledger computes how many entries it has from the first and the last of their numbers. That is an upper bound: a
 * write that was rolled back has used up a number, and PostgreSQL skips some when it crashes. So a ledger that seems
 * full is counted. From then on, it has room for as many numbers as there were entries missing. That stays true,
 * whatever else is removed.
 */
export function ledgerRoom(count: () => Promise<Count>, maxEntries: number): LedgerRoom {
  let last = { entries: 0, highest: 0 };
  let [lastNumber, end] = [0, Number.NEGATIVE_INFINITY];
  let counting: Promise<void> | undefined;

  async function update(): Promise<void> {
    try {
      last = await count();
      lastNumber = last.highest + maxEntries - last.entries;
      end = performance.now() + LIFE;
    } finally {
      counting = undefined;
    }
  }

  return {
    lastNumber: () => lastNumber,
    async update() {
      if (performance.now() < end && last.entries >= maxEntries) return;
      counting ??= update();
      await counting;
    },
  };
}
