import type { Finding } from "../probe/finding.ts";
import type { Verdict } from "../verdict.ts";

/** All findings of the command, before they are printed in some form. */
export interface Report {
  /** The url, or the module of an adapter. */
  target: string;
  version: string;
  /** Requests sent. */
  asked: number;
  seconds: number;
  findings: readonly Finding[];
  /** Notes of one line: the tag of the page, a cache or proxy in front of the server, whether the page was restored. */
  notes: readonly string[];
}

export const verdicts: readonly Verdict[] = [
  "pass",
  "fail",
  "warning",
  "inconclusive",
  "could not be set up",
  "not applicable",
];

export function countsOf(findings: readonly Finding[]): Record<Verdict, number> {
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of findings) counts[verdict]++;
  return counts;
}

/** 0, or 1 if a MUST fails. */
export function exitStatus({ findings }: Report): 0 | 1 {
  return findings.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

const plural: Record<Verdict, (n: number) => string> = {
  pass: () => "passed",
  fail: () => "failed",
  warning: (n) => (n === 1 ? "warning" : "warnings"),
  inconclusive: () => "inconclusive",
  "could not be set up": () => "could not be set up",
  "not applicable": () => "not applicable",
};

/** `12 passed, 1 failed`: counts of zero are left out. */
export function countsText(findings: readonly Finding[]): string {
  const counts = countsOf(findings);
  return verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${plural[verdict](counts[verdict])}`)
    .join(", ");
}

/** The last line of a report. */
export function totalText(findings: readonly Finding[]): string {
  return `${findings.length} ${findings.length === 1 ? "question" : "questions"}: ${countsText(findings)}.`;
}
