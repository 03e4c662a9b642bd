import type { Formatter } from "picocolors/types.js";
import { type Finding, groups } from "../probe/finding.ts";
import type { Verdict } from "../verdict.ts";
import { readable } from "./octets.ts";
import { countsText, type Report, totalText } from "./report.ts";
import { byGroup, type Summary, summarize } from "./summary.ts";

interface Colours {
  green: Formatter;
  red: Formatter;
  yellow: Formatter;
  dim: Formatter;
  bold: Formatter;
}

/** The report for a terminal: the four questions, then the groups, then each wrong answer. */
export function terminalReport(report: Report, colours: Colours): string {
  const { findings, notes, target, asked, seconds } = report;
  const told = findings.filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable");
  const isAsked = findings.some(({ group }) => group !== "rows");
  return [
    `${colours.bold(target)}  ${colours.dim(`${asked} requests in ${seconds.toFixed(1)} s`)}`,
    ...notes.map((note) => colours.dim(note)),
    "",
    ...(isAsked ? [...summarize(findings).map((summary) => summaryLine(summary, colours)), ""] : []),
    ...groupLines(findings, colours),
    "",
    ...told.flatMap((finding) => [...findingLines(finding, colours), ""]),
    totalText(findings),
  ].join("\n");
}

const marks: Record<Summary["state"], (colours: Colours) => string> = {
  good: ({ green }) => green("✓"),
  bad: ({ red }) => red("✗"),
  partly: ({ yellow }) => yellow("!"),
  unknown: ({ yellow }) => yellow("?"),
  open: ({ dim }) => dim("·"),
};

function summaryLine({ question, state, answer }: Summary, colours: Colours): string {
  const paint = {
    good: colours.green,
    bad: colours.red,
    partly: colours.yellow,
    unknown: colours.yellow,
    open: colours.dim,
  };
  return ` ${marks[state](colours)} ${question.padEnd(44)} ${paint[state](answer)}`;
}

function groupLines(findings: readonly Finding[], colours: Colours): string[] {
  return byGroup(findings).map(([group, members]) => {
    const paint = members.some(({ verdict }) => verdict === "fail")
      ? colours.red
      : members.some(({ verdict }) => verdict !== "pass" && verdict !== "not applicable")
        ? colours.yellow
        : (text: string) => text;
    const reasons = new Set(
      members.filter(({ verdict }) => verdict === "not applicable").map(({ found }) => found[0]),
    );
    const reason = reasons.size === 1 ? colours.dim(`  ${[...reasons][0]}`) : "";
    return ` ${groups[group].padEnd(32)} ${paint(countsText(members))}${reason}`;
  });
}

const labels: Record<Verdict, string> = {
  pass: "PASS",
  fail: "FAIL",
  warning: "WARNING",
  inconclusive: "INCONCLUSIVE",
  "could not be set up": "NOT SET UP",
  "not applicable": "NOT APPLICABLE",
};

function findingLines(finding: Finding, colours: Colours): string[] {
  const { verdict, id, title, level, section, why, found, notice, octets } = finding;
  const paint = verdict === "fail" ? colours.red : colours.yellow;
  const rule = `${level === "quality" ? "Not a rule, but useful" : level}, ${cited(section)}`;
  return [
    `${paint(colours.bold(labels[verdict]))} ${colours.bold(id)}  ${title}`,
    ...found.map((line) => `  ${line}`),
    `  ${colours.dim(`${rule}: ${why}`)}`,
    ...(notice === "" || verdict === "could not be set up" ? [] : [`  Your users notice: ${notice}`]),
    ...octets.flatMap(({ sent, received }) => [
      ...readable(sent).map((line) => `    ${colours.dim(">")} ${line}`),
      ...readable(received === "" ? "(no answer)" : received).map(
        (line) => `    ${colours.dim("<")} ${line}`,
      ),
    ]),
  ];
}

/** Writes `RFC 9110 §13.1.2`, or the section of another document. */
export function cited(section: string): string {
  if (section.startsWith("RFC")) return section;
  return section.startsWith("§") ? `RFC 9110 ${section}` : `RFC 9110 §${section}`;
}
