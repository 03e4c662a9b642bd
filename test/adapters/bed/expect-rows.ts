import { expect } from "vitest";
import { rows } from "../../rows.ts";
import { gaps } from "../gaps.ts";
import { interview, type Question, questions } from "./interview.ts";
import type { Target } from "./targets.ts";
import { problems } from "./verdict.ts";

/** Asks a server every row; those that it fails must be exactly its known gaps. Returns what to print of it. */
export async function expectRows(target: Target, port: number): Promise<string> {
  const replies = await interview(() => target.connect(port), target.base);
  const known = new Set(questions.filter((question) => isGap(target.name, question)));
  const verdicts = questions.map((question) => ({
    question,
    found: problems(question, replies.get(question)!),
  }));
  const wrong = verdicts.filter(({ question, found }) => found.length > 0 && !known.has(question));
  const closed = verdicts.filter(({ question, found }) => found.length === 0 && known.has(question));
  expectNone(wrong.map(({ question, found }) => `${describe(question)}: ${found.join("; ")}`));
  expectNone(closed.map(({ question }) => `no longer a gap: ${describe(question)}`));
  const count = (mode: string) => questions.filter((question) => question.mode === mode).length;
  return `${target.name}: ${count("early")} rows judged early, ${count("late")} late, ${known.size} known gaps among them`;
}

/** The first ones are enough to read. */
function expectNone(complaints: string[]): void {
  expect(complaints.slice(0, 20), `${complaints.length} rows`).toEqual([]);
}

export function isGap(name: string, { mode, index }: Question): boolean {
  return gaps.some(
    (gap) => gap.targets.includes(name) && (gap.mode ?? mode) === mode && gap.covers(rows[index]!),
  );
}

function describe({ mode, index }: Question): string {
  const { method, name, section, headers } = rows[index]!;
  return `${mode} ${method}, ${name} (${section}) ${JSON.stringify(headers)}`;
}
