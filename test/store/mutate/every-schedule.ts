/** Where a writer waits until the schedule lets it continue. */
export type Gate = () => Promise<void>;

/** Starts the writers, each at its own gate. */
export type Start<R> = (gates: Gate[]) => Promise<R>[];

/**
 * Runs the writers in every order in which they can pass their gates, and passes each outcome to `check`.
 * Returns the number of orders.
 *
 * A writer runs from one gate to the next, or to its end, and no other writer runs meanwhile. So a gate before and
 * after each `await` on shared state gives every possible interleaving.
 */
export async function everySchedule<R>(
  writers: number,
  start: Start<R>,
  check: (outcomes: R[], schedule: string) => void | Promise<void>,
): Promise<number> {
  const untried: number[][] = [[]];
  let schedules = 0;
  for (let choices = untried.pop(); choices; choices = untried.pop()) {
    const taken: number[] = [];
    const field = new Field(writers);
    const running = start(field.gates);
    running.forEach((writer, i) => void writer.finally(() => field.finish(i)).catch(() => {}));
    for (let waiting = await field.settled(); waiting.length > 0; waiting = await field.settled()) {
      const planned = choices[taken.length];
      const chosen = planned ?? waiting[0]!;
      // Each other writer that waits here is another order, to be tried later.
      if (planned === undefined) {
        for (const other of waiting.slice(1)) untried.push([...taken, other]);
      }
      taken.push(chosen);
      field.release(chosen);
    }
    await check(await Promise.all(running), taken.map((i) => "AB"[i]).join(""));
    schedules++;
  }
  return schedules;
}

/** The writers that run, that wait at a gate, and that have finished. */
class Field {
  readonly gates: Gate[];
  private readonly releases = new Map<number, () => void>();
  private readonly active = new Set<number>();
  private changed = () => {};

  constructor(writers: number) {
    this.gates = Array.from({ length: writers }, (_, i) => () => this.wait(i));
    for (let i = 0; i < writers; i++) this.active.add(i);
  }

  /** Resolves with the waiting writers when no writer runs any more. */
  async settled(): Promise<number[]> {
    while (this.active.size > 0) {
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
    }
    return [...this.releases.keys()].sort();
  }

  release(writer: number): void {
    const go = this.releases.get(writer)!;
    this.releases.delete(writer);
    this.active.add(writer);
    go();
  }

  finish(writer: number): void {
    this.active.delete(writer);
    this.changed();
  }

  private wait(writer: number): Promise<void> {
    return new Promise((resolve) => {
      this.releases.set(writer, resolve);
      this.active.delete(writer);
      this.changed();
    });
  }
}
