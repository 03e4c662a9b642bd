import { expect } from "vitest";
import { rows } from "../../rows.ts";
import { type Gap, gaps, hasTrait } from "../gaps.ts";
import { askGreetings } from "./greeting.ts";
import { interview, type Question, questions } from "./interview.ts";
import type { Target } from "./targets.ts";
import { problems } from "./verdict.ts";

/**
 * Asks a server every row; those that it fails must be exactly its known gaps, each as the gap says. Returns what to
 * print of it.
 */
export async function expectRows(target: Target, port: number): Promise<string> {
  const replies = await interview(() => target.connect(port), target.base);
  const verdicts = questions.map((question) => ({
    question,
    found: problems(question, replies.get(question)!),
    known: gapsOf(target.name, question),
  }));
  const wrong = verdicts.filter(({ found, known }) => !found.every((complaint) => isKnown(complaint, known)));
  const closed = verdicts.filter(({ found, known }) => known.length > 0 && found.length === 0);
  expectNone(wrong.map(({ question, found }) => `${describe(question)}: ${found.join("; ")}`));
  expectNone(closed.map(({ question }) => `no longer a gap: ${describe(question)}`));
  expectNone(await askGreetings(target, port));
  const count = (mode: string) => questions.filter((question) => question.mode === mode).length;
  const gapCount = verdicts.filter(({ known }) => known.length > 0).length;
  return `${target.name}: ${count("early")} rows judged early, ${count("late")} late, ${gapCount} known gaps among them`;
}

/** The first ones are enough to read. */
function expectNone(complaints: string[]): void {
  expect(complaints.slice(0, 20), `${complaints.length} complaints`).toEqual([]);
}

export function gapsOf(name: string, { mode, index }: Question): Gap[] {
  const row = rows[index]!;
  return gaps.filter(
    ({ targets, rows: kind }) =>
      targets.includes(name) &&
      (kind.mode ?? mode) === mode &&
      (kind.methods ?? [row.method]).includes(row.method) &&
      (kind.outcome ?? row.outcome) === row.outcome &&
      (kind.trait === undefined || hasTrait[kind.trait](row)),
  );
}

const isKnown = (complaint: string, known: readonly Gap[]): boolean =>
  known.some(({ found }) => found.some((beginning) => complaint.startsWith(beginning)));

function describe({ mode, index }: Question): string {
  const { method, name, section, headers } = rows[index]!;
  return `${mode} ${method}, ${name} (${section}) ${JSON.stringify(headers)}`;
}
