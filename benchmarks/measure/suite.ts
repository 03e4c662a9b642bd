import type { Case, Contender } from "../contenders/contender.ts";
import { measureCase, type Pace } from "./case.ts";
import { caseText } from "./case-text.ts";
import type { CaseResult, SuiteResult } from "./results.ts";
import type { Runtime } from "./runtime.ts";

/** What is to be measured, as it is handed to the process that does. */
export interface Order {
  pace: Pace;
  /** Contenders by the name of the case or plot, `"*"` for all of them. Nothing said: everything. */
  wanted?: Record<string, string[]> | undefined;
  /** Plots take their time. */
  plots: boolean;
  /** Where to serve. Nothing said: everywhere. */
  runtime?: Runtime | undefined;
}

export interface Scope extends Omit<Order, "wanted"> {
  /** Whether this is asked for: a case or plot as a whole, or one contender in it. */
  wants(name: string, contender?: string): boolean;
}

/** One file of `suites/`. */
export interface Suite {
  /** A sentence for whoever reads the table. */
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

/** Measures those of the cases that are asked for, and prints each as it comes. */
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
