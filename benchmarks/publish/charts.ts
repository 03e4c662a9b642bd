import type { CaseResult, Results } from "../measure/results.ts";
import type { SuiteName } from "../measure/suite-names.ts";
import { barChart } from "./drawing/bar-chart.ts";
import { lineChart } from "./drawing/line-chart.ts";
import { palettes, themes } from "./drawing/palette.ts";

interface Bars {
  file: string;
  title: string;
  hint: string;
  suite: SuiteName;
  cases: readonly string[];
}

const bars: readonly Bars[] = [
  {
    file: "tag-list",
    title: "Is this tag in that list?",
    hint: "shorter is faster",
    suite: "tag-list",
    cases: [
      "one tag, the same",
      "one tag, its weak spelling",
      "one tag, another",
      "ten tags, the last matches",
      "a hundred tags, none matches",
    ],
  },
  {
    file: "evaluate",
    title: "May the client keep what it has?",
    hint: "shorter is faster; the others know two of five conditions",
    suite: "evaluate",
    cases: [
      "plain bag: unconditional",
      "plain bag: If-None-Match, the same tag",
      "plain bag: If-None-Match, another tag",
      "plain bag: both dates",
      "Headers: unconditional",
      "Headers: If-None-Match, the same tag",
    ],
  },
  {
    file: "serve",
    title: "304s over loopback",
    hint: "longer is faster",
    suite: "serve",
    cases: [
      "304 on Node, the handler knows the tag",
      "304 on Node, the tag is made from the content",
      "304 on Bun, the handler knows the tag",
      "304 on Deno, the handler knows the tag",
    ],
  },
];

/** The file name of each plot. */
const lineFiles: Readonly<Record<string, string>> = {
  "Tags in the list, the last one matches": "tags",
  "Characters in the field, spaces between two tags": "characters",
  "Characters in the field, nothing but spaces": "spaces",
  "Bytes in the body": "body",
  "Clients at once, on Node": "clients",
  "Writers at once, memory": "writers-memory",
  "Writers at once, SQLite": "writers-sqlite",
  "Writers at once, PostgreSQL, pg": "writers-postgres",
  "Writers at once, Redis, node-redis": "writers-redis",
};

/** A chart in both themes. */
export interface Chart {
  title: string;
  /** The content of `charts/tags-light.svg` and `charts/tags-dark.svg`. */
  files: Record<string, string>;
}

/** Every chart that these results have figures for. */
export function chartsOf({ suites }: Results): Chart[] {
  const inBars = bars.flatMap(({ file, title, hint, suite, cases }) => {
    const found = cases
      .map((name) => suites[suite]?.cases.find((result) => result.name === name))
      .filter((result): result is CaseResult => result !== undefined)
      .map((result) => ({ ...result, entries: result.entries.filter(({ role }) => role !== "loser") }));
    if (found.length === 0) return [];
    return [chart(file, title, (theme) => barChart(title, hint, found, palettes[theme]))];
  });
  const inLines = Object.values(suites)
    .flatMap(({ plots }) => plots)
    .map((plot) => chart(lineFiles[plot.name]!, plot.name, (theme) => lineChart(plot, palettes[theme])));
  return [...inBars, ...inLines];
}

function chart(file: string, title: string, draw: (theme: "light" | "dark") => string): Chart {
  return {
    title,
    files: Object.fromEntries(themes.map((theme) => [`charts/${file}-${theme}.svg`, draw(theme)])),
  };
}

/** The chart in the reader's theme. `folder` is the path of `charts/`, relative to the page. */
export function picture({ title, files }: Chart, folder = "."): string {
  const [light, dark] = Object.keys(files).map((file) => `${folder}/${file}`);
  return `<picture><source media="(prefers-color-scheme: dark)" srcset="${dark}"><img alt="${title}" src="${light}"></picture>`;
}
