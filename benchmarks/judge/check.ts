import type { Pace } from "../measure/case.ts";
import type { SuiteResult } from "../measure/results.ts";
import { type SuiteName, suiteNames } from "../measure/suite-names.ts";
import { measureSuite } from "../measure/suite-process.ts";
import { holds, inWords, observe } from "./observe.ts";
import { type Threshold, thresholds } from "./thresholds.ts";

const TRIES = 3;
/**
 * Each case runs alone here, without earlier cases that warm its functions. So it is warmed up for longer than in a
 * record.
 */
const PACE: Pace = { rounds: 15, slice: 2, warmUp: 400, requests: 50_000, load: 100 };

/**
 * Measures the figures for the thresholds, and measures those that fail again. True: in the end all thresholds held.
 */
export async function check(): Promise<boolean> {
  let open: readonly Threshold[] = thresholds;
  for (let turn = 1; turn <= TRIES && open.length > 0; turn++) {
    if (turn > 1) console.log(`\nOnce more (${turn} of ${TRIES}): ${open.length}\n`);
    open = await failing(open);
  }
  const held = thresholds.length - open.length;
  console.log(`\n${held} of ${thresholds.length} thresholds hold`);
  return open.length === 0;
}

async function failing(open: readonly Threshold[]): Promise<Threshold[]> {
  const failed: Threshold[] = [];
  for (const name of suiteNames) {
    const those = open.filter(({ suite }) => suite === name);
    if (those.length === 0) continue;
    const suites = { [name]: await measureFor(name, those) };
    for (const threshold of those) {
      const observed = observe(threshold, suites, "processor");
      const isHeld = observed !== undefined && holds(threshold, observed, threshold.check);
      if (!isHeld) failed.push(threshold);
      console.log(line(threshold, observed, isHeld));
    }
  }
  return failed;
}

/** Only the cases and contenders that are compared. */
function measureFor(name: SuiteName, those: readonly Threshold[]): Promise<SuiteResult> {
  const wanted: Record<string, string[]> = {};
  const want = (caseName: string, contender: string) => {
    wanted[caseName] = [...(wanted[caseName] ?? []), contender];
  };
  for (const threshold of those) {
    want(threshold.case, threshold.ours);
    if (!("against" in threshold)) continue;
    const { name: other, case: otherCase = threshold.case } = threshold.against;
    want(otherCase, other === "the best peer" ? "*" : other);
  }
  return measureSuite(name, "node", { pace: PACE, plots: true, wanted, runtime: "node" }, "ignore");
}

function line(threshold: Threshold, observed: number | undefined, isHeld: boolean): string {
  const figure = observed === undefined ? "not measured" : inWords(threshold, observed, false);
  const limit = inWords(threshold, threshold.check, true);
  const goal =
    threshold.goal === threshold.check ? "" : ` (the goal: ${inWords(threshold, threshold.goal, false)})`;
  return `${isHeld ? "✓" : "✗"} ${figure.padStart(8)}  ${limit}${goal}  ${threshold.what}`;
}
