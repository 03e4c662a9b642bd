import { type Finding, groups } from "../probe/finding.ts";
import { readable } from "./octets.ts";
import { countsText, type Report, totalText } from "./report.ts";
import { byGroup, type Summary, summarize } from "./summary.ts";
import { cited } from "./terminal.ts";

const marks: Record<Summary["state"], string> = {
  good: "✅",
  bad: "❌",
  partly: "⚠️",
  unknown: "❔",
  open: "–",
};

/** The report for an issue or a page of documentation. */
export function markdownReport({ target, findings, notes }: Report): string {
  const told = findings.filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable");
  return [
    `## Conditional requests: ${target}`,
    "",
    "| | Question | Answer |",
    "| --- | --- | --- |",
    ...summarize(findings).map(
      ({ question, state, answer }) => `| ${marks[state]} | ${question} | ${cell(answer)} |`,
    ),
    "",
    "| Group | Result |",
    "| --- | --- |",
    ...byGroup(findings).map(([group, members]) => `| ${groups[group]} | ${countsText(members)} |`),
    "",
    ...notes.map((note) => `${note}\n`),
    ...told.flatMap(section),
    totalText(findings),
  ].join("\n");
}

function section(finding: Finding): string[] {
  const { id, title, verdict, level, section, why, found, notice, octets } = finding;
  const exchanges = octets.flatMap(({ sent, received }) => [
    ...readable(sent).map((line) => `> ${line}`),
    ...readable(received).map((line) => `< ${line}`),
  ]);
  return [
    `### ${verdict}: ${title} (\`${id}\`)`,
    "",
    found.join(" "),
    "",
    `${level}, ${cited(section)}: ${why}`,
    "",
    `Users notice: ${notice}`,
    "",
    ...(exchanges.length > 0 ? ["```http", ...exchanges, "```", ""] : []),
  ];
}

const cell = (text: string) => text.replaceAll("|", "\\|");
