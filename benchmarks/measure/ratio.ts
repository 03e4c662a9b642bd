import type { CaseResult, Entry, Unit } from "./results.ts";

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export interface Ratio {
  median: number;
  /** The quartiles: half of the rounds are between them. */
  low: number;
  high: number;
}

/**
 * How many times better ours is than the other: faster, or smaller. It is computed round by round, because a
 * disturbance in a round affects both.
 */
export function ratio(ours: readonly number[], other: readonly number[], unit: Unit): Ratio {
  const quotient = (a: number, b: number) => (unit === "per second" ? a / b : b / a);
  const isPaired = ours.length === other.length;
  const all = isPaired
    ? ours.map((value, i) => quotient(value, other[i]!))
    : [quotient(median(ours), median(other))];
  const sorted = all.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)]!;
  return { median: median(sorted), low: at(0.25), high: at(0.75) };
}

/** The fastest contender that answers correctly and is not ours. */
export function bestPeer(result: CaseResult): Entry | undefined {
  return best(result, ({ role }) => role === "peer" || role === "by hand");
}

/** Ours; if there are several, the best. */
export function bestOfOurs(result: CaseResult): Entry | undefined {
  return best(result, ({ role }) => role === "ours");
}

function best({ unit, entries }: CaseResult, fits: (entry: Entry) => boolean): Entry | undefined {
  const sign = unit === "per second" ? -1 : 1;
  return entries
    .filter((entry) => fits(entry) && entry.rounds !== undefined)
    .toSorted((a, b) => sign * (median(a.rounds!) - median(b.rounds!)))[0];
}
