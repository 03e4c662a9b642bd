import type { Case, Contender } from "./contender.ts";
import { measureCase } from "./measure.ts";
import { median } from "./ratio.ts";
import type { Plot } from "./results.ts";
import type { Scope } from "./suite.ts";

/** What is drawn: one question over inputs that grow. */
export interface PlotPlan<Input, Answer> {
  name: string;
  /** What the sizes count. */
  of: string;
  sizes: readonly number[];
  caseOf(size: number): Case<Input, Answer>;
}

/** Whoever needs longer, in nanoseconds, is not asked about anything larger: his line ends there. */
const TOO_SLOW = 50e6;

/** A line for each contender: its cost against the size of the input. Where it answers wrongly, a gap. */
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
  const lines = wanted.map(({ name, role }) => ({ name, role, values: [] as (number | null)[] }));
  // What engines learn from one size they unlearn at the next: they see all of them before any is measured.
  for (const size of sizes) await measureCase(caseOf(size), wanted.slice(0, 1), { ...pace, rounds: 1 });
  for (const size of sizes) {
    const able = wanted.filter((_, i) => (lines[i]!.values.at(-1) ?? 0) < TOO_SLOW);
    const { entries } = await measureCase(caseOf(size), able, pace);
    for (const line of lines) {
      const rounds = entries.find((entry) => entry.name === line.name)?.rounds;
      line.values.push(rounds === undefined ? null : median(rounds));
    }
  }
  const drawn = lines.filter(({ values }) => values.some((value) => value !== null));
  return { name, of, sizes: [...sizes], unit: "ns", lines: drawn };
}
