import { rmSync } from "node:fs";
import { type Result, type Row, rows, run } from "@entity-tag/conformance";
import { expect } from "vitest";
import { run as command } from "../../conformance/command/run.ts";

export interface Asked {
  /** It takes writes: the command writes, and lets writers race. */
  isWritten?: boolean;
  /** The questions that fail because the program compares `If-Match` weakly, as its document says. */
  weakly?: readonly string[];
  /** The questions that fail because the program departs from the standard, as its documentation says. */
  departing?: readonly string[];
  /** The page shows the number of its version, so nobody can put it back as it was. */
  isNumbered?: boolean;
  /** Options of the command, such as `--header`. The rows themselves are asked without. */
  options?: readonly string[];
}

/** A page breaks no MUST, in all rows that fit it and in all questions of the command. */
export async function expectConformance(url: string, asked: Asked): Promise<void> {
  const { isWritten, weakly = [], departing = [], isNumbered, options } = asked;
  const due = [...weakly, ...departing];
  if (options === undefined)
    await expectRowsOf(url, weakly.length > 0 ? rows.filter((row) => !isWeakMatch(row)) : rows);
  const writing = isWritten ? ["--write", "--yes", "--race", "8"] : [];
  const { status, out, err } = await command([url, ...writing, ...(options ?? [])]);
  // The command keeps a content here that it could not put back.
  const kept = /its content is in the file (\S+)\./.exec(out)?.[1];
  if (kept !== undefined) rmSync(kept);
  const failed = [...out.matchAll(/^FAIL (\S+)/gm)].map(([, id]) => id);
  expect({ status, failed }, out + err).toEqual({
    status: isNumbered ? 2 : Number(due.length > 0),
    failed: due,
  });
  expect(out).toMatch(/[✓!] Do readers get 304s\? +Yes/);
  if (isWritten && due.length === 0)
    expect(out).toMatch(/✓ Do writers get 412 before anything happens\? +Yes/);
}

async function expectRowsOf(url: string, asked: readonly Row[]): Promise<void> {
  const results = await run(asked, url);
  expect(failuresIn(results)).toEqual([]);
  expect(countIn(results)).toBeGreaterThan(100);
}

const isWeakMatch = ({ request }: Row): boolean => request.headers.some(([, value]) => value.includes("W/"));

/** The rows whose MUST is broken, with the faults. */
export const failuresIn = (results: readonly Result[]): string[] =>
  results
    .filter(({ verdict }) => verdict === "fail")
    .map(({ row, found }) => `${row.id}: ${row.title}: ${found.join("; ")}`);

/** How many rows could be asked. */
export const countIn = (results: readonly Result[]): number =>
  results.filter(({ verdict }) => ["pass", "warning", "fail"].includes(verdict)).length;
