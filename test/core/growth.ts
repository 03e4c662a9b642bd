import { expect } from "vitest";

/**
 * Does the cost of `work` grow no faster than its input? Sixteen times the work is what a quadratic reader needs
 * for four times the input; a linear one needs four. Only ratios within one run decide, between the fastest of many
 * rounds: a busy machine makes a round slower, never faster. Rounds are so short that it leaves some of them alone.
 */
export function expectLinear(make: (length: number) => string, work: (input: string) => unknown): void {
  const [short, middle, long] = [make(16_384), make(32_768), make(65_536)];
  const repeat = repetitions(work, short);
  const best = { short: Infinity, middle: Infinity, long: Infinity };
  const isLinear = (slack: number) =>
    best.long < 4 * slack * best.short && best.middle < 2 * slack * best.short;
  for (let round = 0; round < 500; round++) {
    best.short = Math.min(best.short, time(work, short, repeat));
    best.middle = Math.min(best.middle, time(work, middle, repeat));
    best.long = Math.min(best.long, time(work, long, repeat));
    // Ten rounds at least; as many as it takes, if the machine was busy during those.
    if (round >= 9 && isLinear(1.75)) return;
  }
  expect(best.long / best.short, "four times the input").toBeLessThan(10);
  expect(best.middle / best.short, "twice the input").toBeLessThan(5);
}

/** Where a result could go, so that no compiler leaves the work out. */
export const results: unknown[] = [undefined];

function time(work: (input: string) => unknown, input: string, repeat: number): number {
  const start = performance.now();
  for (let i = 0; i < repeat; i++) results[0] = work(input);
  return performance.now() - start;
}

/** As often as makes a short round last long enough for the clock. */
function repetitions(work: (input: string) => unknown, input: string): number {
  let repeat = 1;
  while (repeat < 100_000 && time(work, input, repeat) < 0.05) repeat *= 2;
  return repeat;
}
