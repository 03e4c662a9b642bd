import type { Loser } from "../contenders/losers.ts";
import { holds, inWords, observe } from "../judge/observe.ts";
import { thresholds } from "../judge/thresholds.ts";
import { times } from "../measure/case-text.ts";
import { bestOfOurs, ratio } from "../measure/ratio.ts";
import type { Results, SuiteResult } from "../measure/results.ts";
import { type SuiteName, suiteNames } from "../measure/suite-names.ts";
import { type Chart, picture } from "./charts.ts";
import { code, list, table } from "./markdown.ts";
import { figures } from "./report-figures.ts";

const HOW = `
The cost of the hot paths, beside every library that answers correctly, in one run on one machine.

\`\`\`sh
npm run bench                            # everything; it takes seven to eleven minutes
npm run bench -- tag-list evaluate       # only these suites
npm run bench -- --quick                 # shorter rounds, servers cold and on Node alone, no plots: about three minutes
npm run bench -- --runtime bun           # under Bun alone, or deno
npm run bench -- --json >results.json    # the figures as JSON, the tables on the standard error
npm run bench -- --compare results.json  # measure, and say what changed since then
npm run bench -- --check                 # the thresholds alone, as CI does: status 1 if one does not hold
npm run bench -- --record                # everything, kept in results/ and published here
npm run bench -- --publish               # measure nothing: write this page and the charts again
\`\`\`

Every input is in [inputs.ts](contenders/inputs.ts) with the answer it must give, and every contender is in
[competitors.ts](contenders/competitors.ts), called as its users call it. Each contender is asked first, and one that
answers wrongly is not timed. Stores are asked the questions in [questions.ts](stores/questions.ts), beside [handlers
by hand](stores/by-hand.ts). Rounds alternate between the contenders, so that a disturbance affects all of them. A
figure is the median of its rounds, and a ratio the median of the rounds' ratios. Eight copies of each input take
turns, as strings that are equal but not the same object, because a field from the network is never the same object as
a stored tag. Each suite has its own process. After the comma: bytes allocated on the JavaScript heap by one call.`.trim();

const THRESHOLDS = `
"Goal" is what this project promises on an idle machine. "In CI" is the limit of \`--check\`. It leaves room for the
noise of two busy cores, and one of three tries must reach it. Servers are judged there by their own processor time.`.trim();

const WRONG = `
Contenders are asked before they are timed, with unreadable members, weak spellings, tabs, commas inside a tag and
malformed dates. Each line names the inputs that a contender answers wrongly.`.trim();

const LOSERS = "They answer correctly. They stay here to be measured again when engines change.";

/** The page that is made from results. All of it is generated: edit this file, not the page. */
export function report(results: Results, charts: readonly Chart[], losers: readonly Loser[]): string {
  const measured = suiteNames.filter((name) => results.suites[name] !== undefined);
  const parts = [
    "<!-- Made by `npm run bench -- --record`. Its words are in publish/report.ts. -->",
    "# Benchmarks",
    HOW,
    "## On what",
    onWhat(results),
    "## Thresholds",
    THRESHOLDS,
    thresholdTable(results),
    "## Charts",
    ...charts.map((chart) => picture(chart)),
    ...measured.flatMap((name) => section(name, results.suites[name]!)),
    "## Wrong answers",
    WRONG,
    ...measured.flatMap((name) => wrongAnswers(name, results.suites[name]!)),
    ...(losers.length > 0
      ? ["## What we tried and did not keep", LOSERS, list(losers.map((loser) => loserLine(loser, results)))]
      : []),
    "## Versions",
    `${Object.entries(results.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function onWhat({ machine, versions, commit, changed, recorded }: Results): string {
  return table(
    ["machine", "runtime", "commit", "date"],
    [
      [
        `${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB`,
        `Node.js ${versions.node}; servers also on Bun ${versions.bun} and Deno ${versions.deno}`,
        `${commit}${changed ? ", with changes" : ""}`,
        recorded.slice(0, 10),
      ],
    ],
  );
}

function thresholdTable({ suites }: Results): string {
  const rows = thresholds.map((threshold) => {
    const observed = observe(threshold, suites);
    const isHeld = observed !== undefined && holds(threshold, observed, threshold.goal);
    return [
      threshold.what,
      inWords(threshold, threshold.goal, true),
      inWords(threshold, threshold.check, true),
      observed === undefined ? "not measured" : inWords(threshold, observed, false),
      isHeld ? "✓" : "short",
    ];
  });
  return table(["", "goal", "in CI", "observed", ""], rows);
}

function section(name: SuiteName, { about, cases, skipped }: SuiteResult): string[] {
  const notes = skipped.map((line) => `Not measured here: ${line}`);
  return [`## ${name}`, about, ...figures(cases), ...notes];
}

function wrongAnswers(name: SuiteName, { cases }: SuiteResult): string[] {
  const wrong = cases.flatMap(({ name: input, entries }) =>
    entries.flatMap((entry) =>
      entry.wrong === undefined ? [] : [{ input, who: entry.name, how: entry.wrong }],
    ),
  );
  if (wrong.length === 0) return [];
  const lines = Array.from(
    Map.groupBy(wrong, ({ who }) => who),
    ([who, ones]) =>
      `**${code(who)}**: ${ones.map(({ input, how }) => `${input} (${code(how)})`).join("; ")}`,
  );
  return [`### ${name}`, list(lines)];
}

function loserLine({ name, of, why }: Loser, results: Results): string {
  return `[${name}](contenders/losers/${name}.ts), in place of \`${of}\`: ${why}.${worst(name, results)}`;
}

/** The case in which it was furthest behind ours. */
function worst(loser: string, { suites }: Results): string {
  const all = Object.values(suites).flatMap(({ cases }) =>
    cases.flatMap((result) => {
      const other = result.entries.find(({ name }) => name === loser)?.rounds;
      const ours = bestOfOurs(result)?.rounds;
      return other && ours ? [{ name: result.name, cost: ratio(ours, other, result.unit).median }] : [];
    }),
  );
  const [first] = all.toSorted((a, b) => b.cost - a.cost);
  return first ? ` At worst ${times(first.cost)} the cost: ${first.name}.` : "";
}
