import { countsOf, exitStatus, type Report } from "./report.ts";
import { summarize } from "./summary.ts";

/** The report for a program. Octets are Latin-1 text: each character is one octet. */
export function jsonReport(report: Report): string {
  const { target, version, asked, seconds, notes, findings } = report;
  const head = { target, version, requests: asked, seconds, exitStatus: exitStatus(report) };
  return JSON.stringify(
    { ...head, summary: summarize(findings), counts: countsOf(findings), notes, findings },
    undefined,
    2,
  );
}
