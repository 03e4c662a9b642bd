import { amount, milliseconds, times } from "../measure/case-text.ts";
import { bestOfOurs, median, ratio } from "../measure/ratio.ts";
import type { CaseResult, Entry } from "../measure/results.ts";
import { table } from "./markdown.ts";

/** The figures of a suite: a table for each question, with a line for each case; for servers, with a line for each
 * contender. Losers have a section of their own. */
export function figures(cases: readonly CaseResult[]): string[] {
  const timed = cases
    .map((result) => ({ ...result, entries: result.entries.filter(({ role }) => role !== "loser") }))
    .filter(({ entries }) => entries.some(({ rounds }) => rounds !== undefined));
  return groups(timed).map((group) =>
    group[0]!.unit === "ns" && contendersOf(group).length <= 10 ? byCase(group) : byContender(group),
  );
}

/** Cases that ask ours the same question. */
function groups(cases: readonly CaseResult[]): CaseResult[][] {
  const found: CaseResult[][] = [];
  for (const result of cases) {
    const isLikeIt = ({ entries }: CaseResult) =>
      entries.some((a) => a.role === "ours" && result.entries.some((b) => a.name === b.name));
    const group = result.unit === "ns" ? found.find(([first]) => isLikeIt(first!)) : undefined;
    if (group) group.push(result);
    else found.push([result]);
  }
  return found;
}

function contendersOf(group: readonly CaseResult[]): string[] {
  return [...new Set(group.flatMap(({ entries }) => entries.map(({ name }) => name)))];
}

function byCase(group: readonly CaseResult[]): string {
  const contenders = contendersOf(group);
  const rows = group.map((result) => [
    result.name,
    ...contenders.map((name) =>
      brief(
        result.entries.find((entry) => entry.name === name),
        result,
      ),
    ),
  ]);
  return table(["", ...contenders.map(escaped)], rows);
}

/** The time and allocation of one call. */
function brief(entry: Entry | undefined, { unit }: CaseResult): string {
  if (entry === undefined) return "";
  if (entry.rounds === undefined) return "wrong";
  const time = amount(median(entry.rounds), unit);
  return `${entry.role === "ours" ? `**${time}**` : time}${entry.bytes === undefined ? "" : `, ${entry.bytes} B`}`;
}

function byContender(group: readonly CaseResult[]): string {
  return group
    .map((result) => {
      const ours = bestOfOurs(result);
      const rows = result.entries.map((entry) => [escaped(entry.name), ...details(entry, ours, result)]);
      const isShown = (figure: "p99" | "cpu" | "bytes") => result.entries.some((entry) => entry[figure]);
      const more = [
        ...(isShown("p99") ? ["99 of 100 within"] : []),
        ...(isShown("cpu") ? ["processor for one"] : []),
        ...(result.unit !== "ns" && isShown("bytes") ? ["allocated for one"] : []),
      ];
      return table([result.name, "", "ours is", ...more], rows);
    })
    .join("\n\n");
}

function details(entry: Entry, ours: Entry | undefined, { unit }: CaseResult): string[] {
  if (entry.rounds === undefined) return ["wrong", ""];
  const figure = amount(median(entry.rounds), unit);
  const isReference = ours === undefined || ours === entry;
  return [
    entry.role === "ours" ? `**${figure}**` : figure,
    isReference ? "" : times(ratio(ours.rounds!, entry.rounds, unit).median),
    ...(entry.p99 ? [milliseconds(median(entry.p99))] : []),
    ...(entry.cpu ? [`${median(entry.cpu).toFixed(1)} µs`] : []),
    ...(entry.bytes !== undefined && unit !== "ns" ? [amount(entry.bytes, "bytes")] : []),
  ];
}

function escaped(name: string): string {
  return name.replaceAll("*", "\\*");
}
