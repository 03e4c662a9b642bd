import { type Finding, groups } from "../probe/finding.ts";
import { readable } from "./octets.ts";
import type { Report } from "./report.ts";
import { byGroup } from "./summary.ts";
import { cited } from "./terminal.ts";

/** The report for a CI server, with one suite for each group. A warning is a passed test with output. */
export function junitReport({ target, findings, seconds }: Report): string {
  const suites = byGroup(findings).map(([group, members]) => {
    const failures = members.filter(({ verdict }) => verdict === "fail").length;
    const skipped = members.filter(isSkipped).length;
    const head = `name="${escaped(groups[group])}" tests="${members.length}" failures="${failures}" skipped="${skipped}"`;
    return [`  <testsuite ${head}>`, ...members.map(testCase), "  </testsuite>"].join("\n");
  });
  const failures = findings.filter(({ verdict }) => verdict === "fail").length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(target)}" tests="${findings.length}" failures="${failures}" time="${seconds.toFixed(3)}">`,
    ...suites,
    "</testsuites>",
  ].join("\n");
}

const isSkipped = ({ verdict }: Finding) => !["pass", "fail", "warning"].includes(verdict);

function testCase(finding: Finding): string {
  const { id, title, group, verdict, found } = finding;
  const head = `    <testcase classname="${group}" name="${escaped(`${id}: ${title}`)}"`;
  if (verdict === "pass") return `${head}/>`;
  const message = escaped(found.join(" "));
  const inner = isSkipped(finding)
    ? `<skipped message="${verdict}: ${message}"/>`
    : verdict === "fail"
      ? `<failure message="${message}">${escaped(details(finding))}</failure>`
      : `<system-out>${escaped(details(finding))}</system-out>`;
  return `${head}>\n      ${inner}\n    </testcase>`;
}

function details({ found, why, notice, level, section, octets }: Finding): string {
  const exchanges = octets.flatMap(({ sent, received }) => [
    ...readable(sent).map((line) => `> ${line}`),
    ...readable(received).map((line) => `< ${line}`),
  ]);
  return [...found, `${level}, ${cited(section)}: ${why}`, `Your users notice: ${notice}`, ...exchanges].join(
    "\n",
  );
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** XML keeps line breaks in attributes only as entities, and does not allow other control characters. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities[character]!)
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "\ufffd");
}
