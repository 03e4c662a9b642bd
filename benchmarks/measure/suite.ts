import type { Case, Contender } from "../contenders/contender.ts";
import { measureCase, type Pace } from "./case.ts";
import { caseText } from "./case-text.ts";
import type { CaseResult, SuiteResult } from "./results.ts";
import type { Runtime } from "./runtime.ts";

/** The choice of measurements, as it is passed to the process of the suite. */
export interface Order {
  pace: Pace;
  /** The contenders for each case or plot; `"*"`: all of them. Empty: measure everything. */
  wanted?: Record<string, string[]> | undefined;
  /** Plots take long, so they are optional. */
  plots: boolean;
  /** The runtimes to serve on. Empty: all. */
  runtime?: Runtime | undefined;
}

export interface Scope extends Omit<Order, "wanted"> {
  /** True when this is to be measured: a whole case or plot, or one contender in it. */
  wants(name: string, contender?: string): boolean;
}

/** One file in `suites/`. */
export interface Suite {
  /** A sentence for readers of the table. */
  about: string;
  run(scope: Scope): Promise<Omit<SuiteResult, "about">>;
}

export function scopeOf({ wanted, ...order }: Order): Scope {
  return {
    ...order,
    wants(name, contender = "*") {
      if (wanted === undefined) return true;
      const contenders = wanted[name];
      return (
        contenders !== undefined &&
        (contender === "*" || contenders.includes("*") || contenders.includes(contender))
      );
    },
  };
}

/** Measures the wanted cases, and prints each when it is done. */
export async function measureAll<Input, Answer>(
  cases: readonly Case<Input, Answer>[],
  contenders: readonly Contender<Input, Answer>[],
  { pace, wants }: Scope,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const question of cases) {
    if (!wants(question.name)) continue;
    const wanted = contenders.filter(({ name }) => wants(question.name, name));
    const result = await measureCase(question, wanted, pace);
    console.log(caseText(result));
    results.push(result);
  }
  return results;
}
