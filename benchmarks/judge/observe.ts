import { amount, times } from "../measure/case-text.ts";
import { bestPeer, median, ratio } from "../measure/ratio.ts";
import type { CaseResult, Entry, SuiteResult } from "../measure/results.ts";
import type { SuiteName } from "../measure/suite-names.ts";
import type { Reference, Threshold } from "./thresholds.ts";

type Suites = Readonly<Partial<Record<SuiteName, SuiteResult>>>;

/**
 * The figure that servers are judged by: the answers in one second, or the answers that one second of the server's
 * processor time allows. Only the second figure is stable when other programs use the machine.
 */
export type Yardstick = "clock" | "processor";

/** The figure of a threshold; `undefined` if it was not measured, or could not be. */
export function observe(threshold: Threshold, suites: Suites, by: Yardstick = "clock"): number | undefined {
  const suite = suites[threshold.suite];
  if (suite === undefined) return undefined;
  if (threshold.kind === "grows at most so much faster than the input") return growth(threshold, suite);
  const result = suite.cases.find(({ name }) => name === threshold.case);
  const ours = result?.entries.find(({ name }) => name === threshold.ours);
  if (result === undefined || ours?.rounds === undefined) return undefined;
  if (threshold.kind === "at most so many bytes allocated") return ours.bytes;
  if (!("against" in threshold)) return median(ours.rounds);
  const other = entryOf(threshold.against, result, suite);
  if (other?.rounds === undefined) return undefined;
  if (threshold.kind === "at most so many times the cost") {
    return ratio(other.rounds, ours.rounds, result.unit).median;
  }
  return by === "processor" && ours.cpu && other.cpu
    ? ratio(ours.cpu, other.cpu, "ns").median
    : ratio(ours.rounds, other.rounds, result.unit).median;
}

export function holds({ kind }: Threshold, observed: number, limit: number): boolean {
  return kind === "at least so many times as fast" ? observed >= limit : observed <= limit;
}

/** A figure or limit of this threshold, in words: `at least 10×`, `at most 600 B`. */
export function inWords({ kind }: Threshold, value: number, isLimit: boolean): string {
  const figure = kind.includes("bytes") ? amount(value, "bytes") : times(value);
  if (!isLimit) return figure;
  return kind === "at least so many times as fast" ? `at least ${figure}` : `at most ${figure}`;
}

function entryOf(reference: Reference, result: CaseResult, suite: SuiteResult): Entry | undefined {
  if (reference.name === "the best peer") return bestPeer(result);
  const there =
    reference.case === undefined ? result : suite.cases.find(({ name }) => name === reference.case);
  return there?.entries.find(({ name }) => name === reference.name);
}

/**
 * The growth at the worst step: the growth of the cost, divided by the growth of the size. Steps that cost almost
 * nothing are skipped.
 */
function growth({ case: name, ours }: Threshold, { plots }: SuiteResult): number | undefined {
  const plot = plots.find((plot) => plot.name === name);
  const line = plot?.lines.find((line) => line.name === ours);
  if (plot === undefined || line === undefined) return undefined;
  const steps = line.values.flatMap((value, i) => {
    const before = line.values[i - 1];
    if (i === 0 || value === null || typeof before !== "number") return [];
    return [value / before / (plot.sizes[i]! / plot.sizes[i - 1]!)];
  });
  return Math.max(...steps);
}
