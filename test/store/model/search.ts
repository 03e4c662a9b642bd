import { initial, isBroken, type Model, type State, type Step, stepsFrom, take } from "./protocol.ts";

export interface Search {
  states: number;
  /** The shortest way to a forbidden state, if there is one. */
  counterexample?: Step[];
}

interface Visit {
  state: State;
  step?: Step;
  from?: Visit;
}

/** Visits every state, the nearest first. Copies and answers are sets, because the network keeps no order. */
export function search(model: Model): Search {
  const first: Visit = { state: initial(model) };
  const seen = new Set([nameOf(first.state)]);
  let near: Visit[] = [first];
  while (near.length > 0) {
    const next: Visit[] = [];
    for (const visit of near) {
      if (isBroken(visit.state)) return { states: seen.size, counterexample: wayTo(visit) };
      for (const step of stepsFrom(model, visit.state)) {
        const state = take(model, visit.state, step);
        const name = nameOf(state);
        if (seen.has(name)) continue;
        seen.add(name);
        next.push({ state, step, from: visit });
      }
    }
    near = next;
  }
  return { states: seen.size };
}

function nameOf({ copies, answers, ...rest }: State): string {
  const sorted = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).sort();
  return JSON.stringify([rest, sorted(copies), sorted(answers)]);
}

function wayTo(visit: Visit): Step[] {
  return visit.step ? [...wayTo(visit.from!), visit.step] : [];
}
