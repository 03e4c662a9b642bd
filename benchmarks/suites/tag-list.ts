import { listIncludes } from "@entity-tag/core";
import { listCompetitors } from "../contenders/competitors.ts";
import type { Contender } from "../contenders/contender.ts";
import { emptyField, type ListInput, listOfSize, lists, spacedField } from "../contenders/inputs.ts";
import { losersOf } from "../contenders/losers.ts";
import { measurePlots, type PlotPlan } from "../measure/plots.ts";
import { measureAll, type Suite } from "../measure/suite.ts";

/** As in its users' code, the comparison is written inline: it is the same string every time, unlike the fields. */
const literally = (input: ListInput): ListInput => ({
  ...input,
  match: input.match === "weak" ? "weak" : "strong",
});

export const ours: Contender<ListInput, boolean> = {
  name: "listIncludes",
  role: "ours",
  prepare: literally,
  run: ({ field, tag, match }: ListInput) => listIncludes(field, tag, match),
};

export const losers = () =>
  losersOf<ListInput, boolean>("listIncludes", (listIncludes) => ({
    prepare: literally,
    run: ({ field, tag, match }: ListInput) => listIncludes(field, tag, match),
  }));

const floors: readonly Contender<ListInput, boolean>[] = [
  {
    name: "===",
    role: "floor",
    prepare: (input) => (input.field.length > input.tag.length + 2 ? undefined : input),
    run: ({ field, tag }: ListInput) => field === tag,
  },
  {
    name: "one indexOf",
    role: "floor",
    prepare: (input) => input,
    run: ({ field, tag }: ListInput) => field.indexOf(tag) >= 0,
  },
  {
    // The fastest way to compare a part of a string without allocating.
    name: "one lastIndexOf",
    role: "floor",
    prepare: ({ field, tag, match }) =>
      field.length === tag.length + 2 && match === "weak" ? { field, tag } : undefined,
    run: ({ field, tag }: ListInput) => field.lastIndexOf(tag) === 2,
  },
];

const lengths = [256, 1024, 4096, 16_384, 65_536];

const plots: readonly PlotPlan<ListInput, boolean>[] = [
  {
    name: "Tags in the list, the last one matches",
    of: "tags",
    sizes: [1, 3, 10, 30, 100, 300, 1000],
    caseOf: listOfSize,
  },
  {
    name: "Characters in the field, spaces between two tags",
    of: "characters",
    sizes: lengths,
    caseOf: spacedField,
  },
  {
    name: "Characters in the field, nothing but spaces",
    of: "characters",
    sizes: lengths,
    caseOf: emptyField,
  },
];

export const suite: Suite = {
  about: "Is this tag, of 42 characters, in that list?",
  async run(scope) {
    const contenders = [ours, ...listCompetitors, ...floors, ...(await losers())];
    return {
      cases: await measureAll(lists, contenders, scope),
      plots: await measurePlots(plots, contenders, scope),
      skipped: [],
    };
  },
};
