import { evaluate } from "@entity-tag/core";
import { bagCompetitors, headersCompetitors } from "../competitors.ts";
import type { Case, Contender } from "../contender.ts";
import { type Question, questions } from "../inputs.ts";
import { losersOf } from "../losers.ts";
import { measureAll, type Suite } from "../suite.ts";

/** Fields as node:http gives them. */
export const onBag: Contender<Question, boolean> = {
  name: "evaluate",
  role: "ours",
  prepare: ({ method, fields, state }) => ({
    request: { method, headers: { get: (name: string) => fields[name] } },
    state,
  }),
  run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
};

export const onHeaders: Contender<Question, boolean> = {
  name: "evaluate",
  role: "ours",
  prepare: ({ method, fields, state }) => ({ request: { method, headers: new Headers(fields) }, state }),
  run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
};

export const losers = () =>
  losersOf<Question, boolean>("evaluate", (evaluate) => ({
    prepare: onBag.prepare,
    run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
  }));

export const suite: Suite = {
  about: "May the client keep what it has? Five conditions in the standard's order; the others know two.",
  async run(scope) {
    // One after the other: a server has one kind of request, and the engine need not tell two apart.
    const bag = await measureAll(about("plain bag"), [onBag, ...bagCompetitors, ...(await losers())], scope);
    const headers = await measureAll(about("Headers"), [onHeaders, ...headersCompetitors], scope);
    return { cases: [...bag, ...headers], plots: [], skipped: [] };
  },
};

function about(shape: "plain bag" | "Headers"): Case<Question, boolean>[] {
  return questions.map((question) => ({ ...question, name: `${shape}: ${question.name}` }));
}
