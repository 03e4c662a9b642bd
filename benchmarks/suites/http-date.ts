import { formatDate, parseDate } from "@entity-tag/core";
import { dateCompetitors } from "../contenders/competitors.ts";
import type { Contender } from "../contenders/contender.ts";
import { dates, moments } from "../contenders/inputs.ts";
import { losersOf } from "../contenders/losers.ts";
import { measureAll, type Suite } from "../measure/suite.ts";

export const parsing: Contender<string, number | undefined> = {
  name: "parseDate",
  role: "ours",
  prepare: (text) => ({ text }),
  run: ({ text }) => parseDate(text),
};

export const formatting: Contender<{ ms: number }, string> = {
  name: "formatDate",
  role: "ours",
  prepare: (input) => input,
  run: ({ ms }) => formatDate(ms),
};

/** Every character must be read. */
const floor: Contender<string, number | undefined> = {
  name: "its characters alone",
  role: "floor",
  prepare: (text) => ({ text }),
  run({ text }: { text: string }) {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
    return sum;
  },
};

const byHand: Contender<{ ms: number }, string> = {
  name: "Date#toUTCString",
  role: "by hand",
  prepare: (input) => input,
  run: ({ ms }) => new Date(ms).toUTCString(),
};

export const losers = () =>
  losersOf<string, number | undefined>("parseDate", (parseDate) => ({
    prepare: (text) => ({ text }),
    run: ({ text }) => parseDate(text),
  }));

export const suite: Suite = {
  about: "Which time is this? Asked in New York: `Date.parse` reads one of the three forms in local time.",
  async run(scope) {
    process.env.TZ = "America/New_York";
    const cases = [
      ...(await measureAll(dates, [parsing, ...dateCompetitors, floor, ...(await losers())], scope)),
      ...(await measureAll(moments, [formatting, byHand], scope)),
    ];
    return { cases, plots: [], skipped: [] };
  },
};
