import { expect } from "vitest";
import type { Mode } from "../apps/handlers.ts";
import { type Gap, gaps, hasTrait } from "../gaps.ts";
import { askGreetings } from "./greeting.ts";
import { type Interviewed, interview } from "./interview.ts";
import type { Target } from "./targets.ts";
import { problems } from "./verdict.ts";

/**
 * Asks a server every row. The rows that it fails must be exactly its known gaps, each as the gap says. Returns a
 * summary to print.
 */
export async function expectRows(target: Target, port: number): Promise<string> {
  const verdicts = (await interview(target, port)).map((one) => ({
    one,
    found: problems(one),
    known: gapsOf(target.name, one),
  }));
  const wrong = verdicts.filter(({ found, known }) => !found.every((complaint) => isKnown(complaint, known)));
  const closed = verdicts.filter(({ found, known }) => known.length > 0 && found.length === 0);
  expectNone(wrong.map(({ one, found }) => `${describe(one)}: ${found.join("; ")}`));
  expectNone(closed.map(({ one }) => `no longer a gap: ${describe(one)}`));
  expectNone(await askGreetings(target, port));
  const count = (mode: Mode) => verdicts.filter(({ one }) => one.mode === mode).length;
  const gapCount = verdicts.filter(({ known }) => known.length > 0).length;
  return `${target.name}: ${count("early")} rows judged early, ${count("late")} late, ${gapCount} known gaps among them`;
}

/** The first failures are enough to read. */
function expectNone(complaints: string[]): void {
  expect(complaints.slice(0, 20), `${complaints.length} complaints`).toEqual([]);
}

function gapsOf(name: string, { mode, row }: Pick<Interviewed, "mode" | "row">): Gap[] {
  return gaps.filter(
    ({ targets, rows: kind }) =>
      targets.includes(name) &&
      (kind.mode ?? mode) === mode &&
      (kind.methods ?? [row.request.method]).includes(row.request.method) &&
      (kind.outcome ?? row.expect.outcome) === row.expect.outcome &&
      (kind.trait === undefined || hasTrait[kind.trait](row)),
  );
}

const isKnown = (complaint: string, known: readonly Gap[]): boolean =>
  known.some(({ found }) => found.some((beginning) => complaint.startsWith(beginning)));

function describe({ mode, row }: Interviewed): string {
  const headers = JSON.stringify(row.request.headers).slice(0, 300);
  return `${mode} ${row.request.method}, ${row.id}: ${row.title} (${row.section}) ${headers}`;
}
