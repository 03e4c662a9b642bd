import { evaluate } from "@entity-tag/core";
import { questionCompetitors } from "../competitors.ts";
import type { Contender } from "../contender.ts";
import { type Question, questions } from "../inputs.ts";
import { measureAll, type Suite } from "../suite.ts";

export const ours: readonly Contender<Question, boolean>[] = [
  {
    name: "evaluate, plain bag",
    role: "ours",
    prepare: ({ method, fields, state }) => ({
      request: { method, headers: { get: (name: string) => fields[name] } },
      state,
    }),
    run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
  },
  {
    name: "evaluate, Headers",
    role: "ours",
    prepare: ({ method, fields, state }) => ({ request: { method, headers: new Headers(fields) }, state }),
    run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
  },
];

export const suite: Suite = {
  about: "May the client keep what it has? Five conditions in the standard's order; the others know two.",
  async run(scope) {
    return {
      cases: await measureAll(questions, [...ours, ...questionCompetitors], scope),
      plots: [],
      skipped: [],
    };
  },
};
