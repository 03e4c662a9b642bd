import { expect } from "vitest";

const lengths = [8192, 16_384, 32_768, 65_536, 131_072];
const longest = 131_072;

/**
 * Tests whether the cost of `work` grows no faster than its input. The same number of characters is read in sixteen
 * short texts, eight, four, two, or one long text. A linear reader needs the same time for each. A quadratic reader
 * needs twice as long from text to text, and sixteen times for the last. Only ratios within one run decide, between the
 * fastest of many rounds: a busy machine makes a round slower, never faster. Texts that do not fit into the nearest
 * cache may cost a few times as much.
 */
export function expectLinear(make: (length: number) => string, work: (input: string) => unknown): void {
  const inputs = lengths.map((length) => ({ text: make(length), times: longest / length, best: Infinity }));
  const [shortest] = inputs;
  const repeat = repetitions(work, shortest!.text);
  let growth: number[] = [];
  for (let round = 0; round < 300; round++) {
    for (const input of inputs) {
      input.best = Math.min(input.best, time(work, input.text, input.times * repeat));
    }
    growth = inputs.map((input) => input.best / shortest!.best);
    // At least five rounds, and more if the machine was busy during those.
    if (round >= 4 && Math.max(...growth) < 2) return;
  }
  expect(Math.max(...growth), `the cost per character grows: ${growth}`).toBeLessThan(8);
}

/** A place for results, so that no compiler removes the work. */
export const results: unknown[] = [undefined];

function time(work: (input: string) => unknown, input: string, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) results[0] = work(input);
  return performance.now() - start;
}

/** Enough repetitions to measure sixteen short texts with the clock. */
function repetitions(work: (input: string) => unknown, input: string): number {
  let repeat = 1;
  while (repeat < 10_000 && time(work, input, 16 * repeat) < 0.1) repeat *= 2;
  return repeat;
}
