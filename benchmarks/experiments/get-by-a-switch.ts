// What does a decision cost where a field costs next to nothing? For decision 5:
// node --expose-gc --no-concurrent-recompilation benchmarks/experiments/get-by-a-switch.ts
import { evaluate } from "@entity-tag/core";
import { bagCompetitors } from "../competitors.ts";
import type { Contender } from "../contender.ts";
import { type Question, questions } from "../inputs.ts";
import { measureAll, scopeOf } from "../suite.ts";

/** The same fields, each by its own name: engines look a name up faster where it stands in the code. */
const onSwitch: Contender<Question, boolean> = {
  name: "evaluate, get by a switch",
  role: "ours",
  prepare: ({ method, fields, state }) => ({ request: { method, headers: new Fields(fields) }, state }),
  run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
};

class Fields {
  readonly fields: Record<string, string>;
  constructor(fields: Record<string, string>) {
    this.fields = fields;
  }
  get(name: string): string | undefined {
    switch (name) {
      case "if-match":
        return this.fields["if-match"];
      case "if-none-match":
        return this.fields["if-none-match"];
      case "if-modified-since":
        return this.fields["if-modified-since"];
      case "if-unmodified-since":
        return this.fields["if-unmodified-since"];
      case "if-range":
        return this.fields["if-range"];
      default:
        return this.fields[name];
    }
  }
}

const pace = { rounds: 9, slice: 3, warmUp: 40, requests: 0, load: 0 };
await measureAll(questions, [onSwitch, ...bagCompetitors], scopeOf({ pace, plots: false }));
