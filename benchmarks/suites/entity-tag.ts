import { parseTag, strongMatch, weakMatch } from "@entity-tag/core";
import { pairCompetitors, tagCompetitors } from "../contenders/competitors.ts";
import type { Contender } from "../contenders/contender.ts";
import { type Pair, pairs, tagTexts } from "../contenders/inputs.ts";
import { losersOf } from "../contenders/losers.ts";
import { measureAll, type Suite } from "../measure/suite.ts";

export const parsing: Contender<string, string | undefined> = {
  name: "parseTag",
  role: "ours",
  prepare: (text) => ({ text }),
  run: ({ text }) => parseTag(text),
};

export const comparing: Contender<Pair, boolean> = {
  name: "weakMatch, strongMatch",
  role: "ours",
  prepare: (pair) => pair,
  run: ({ a, b, match }: Pair) => (match === "weak" ? weakMatch(a, b) : strongMatch(a, b)),
};

const floor: Contender<Pair, boolean> = {
  name: "===",
  role: "floor",
  prepare: (pair) => pair,
  run: ({ a, b }: Pair) => a === b,
};

export const losers = () =>
  losersOf<string, string | undefined>("parseTag", (parseTag) => ({
    prepare: (text) => ({ text }),
    run: ({ text }) => parseTag(text),
  }));

export const suite: Suite = {
  about: "What is this tag? Are these two equal?",
  async run(scope) {
    const cases = [
      ...(await measureAll(tagTexts, [parsing, ...tagCompetitors, ...(await losers())], scope)),
      ...(await measureAll(pairs, [comparing, ...pairCompetitors, floor], scope)),
    ];
    return { cases, plots: [], skipped: [] };
  },
};
