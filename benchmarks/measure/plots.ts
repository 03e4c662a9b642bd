import type { Case, Contender } from "../contenders/contender.ts";
import { measureCase } from "./case.ts";
import type { Plot } from "./results.ts";
import type { Scope } from "./suite.ts";

/** A plot: one question over growing inputs. */
export interface PlotPlan<Input, Answer> {
  name: string;
  /** The unit of the sizes. */
  of: string;
  sizes: readonly number[];
  caseOf(size: number): Case<Input, Answer>;
}

/** A contender that needs longer, in nanoseconds, is not measured with larger inputs: its line ends there. */
const TOO_SLOW = 50e6;
/** How many times all sizes are measured in turn, so that a slow moment of the machine affects only one size. */
const PASSES = 3;

/**
 * A line for each contender: its cost at each size, in the best of its rounds, because a disturbance rarely hits
 * the same size in every round. A wrong answer is a gap.
 */
export async function measurePlots<Input, Answer>(
  plans: readonly PlotPlan<Input, Answer>[],
  contenders: readonly Contender<Input, Answer>[],
  scope: Scope,
): Promise<Plot[]> {
  const plots: Plot[] = [];
  if (!scope.plots) return plots;
  for (const plan of plans)
    if (scope.wants(plan.name)) plots.push(await measurePlot(plan, contenders, scope));
  return plots;
}

async function measurePlot<Input, Answer>(
  { name, of, sizes, caseOf }: PlotPlan<Input, Answer>,
  contenders: readonly Contender<Input, Answer>[],
  { pace, wants }: Scope,
): Promise<Plot> {
  const wanted = contenders.filter(({ name: who, role }) => role !== "loser" && wants(name, who));
  const found = new Map(wanted.map((contender) => [contender.name, sizes.map((): number[] => [])]));
  // Engines adapt to one size and lose that at the next. So they see all sizes before any is measured.
  for (const size of sizes) await measureCase(caseOf(size), wanted.slice(0, 1), { ...pace, rounds: 1 });
  const part = { ...pace, rounds: Math.ceil(pace.rounds / PASSES), warmUp: pace.warmUp / PASSES };
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [i, size] of sizes.entries()) {
      const able = wanted.filter(({ name }) => !found.get(name)!.slice(0, i).some(isTooSlow));
      const { entries } = await measureCase(caseOf(size), able, part);
      for (const { name, rounds = [] } of entries) found.get(name)![i]!.push(...rounds);
    }
  }
  const lines = wanted.map(({ name, role }) => {
    const values = found.get(name)!.map((rounds) => (rounds.length > 0 ? Math.min(...rounds) : null));
    return { name, role, values };
  });
  const drawn = lines.filter(({ values }) => values.some((value) => value !== null));
  return { name, of, sizes: [...sizes], unit: "ns", lines: drawn };
}

function isTooSlow(rounds: readonly number[]): boolean {
  return rounds.length > 0 && Math.min(...rounds) >= TOO_SLOW;
}
