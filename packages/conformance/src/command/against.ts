import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Finding } from "../probe/finding.ts";
import { CannotRun } from "../probe/known.ts";
import { sentence } from "../probe/verdicts.ts";
import type { Row } from "../row.ts";
import { rows } from "../rows.ts";
import { run } from "../run.ts";
import { type ControlledTarget, isControlled, type Target } from "../target.ts";
import type { Result } from "../verdict.ts";
import { noticeOf } from "./notice.ts";
import type { Options } from "./options.ts";
import type { Progress } from "./progress.ts";
import { select } from "./selection.ts";
import type { Asking } from "./server.ts";
import { version } from "./version.ts";

/** Sends all rows of the standard to a server under test. Its module says how its states are set. */
export async function askAdapter(options: Options, progress: Progress): Promise<Asking> {
  const selected = select(rows.map(asked), options).map(({ row }) => row);
  progress.show(`Starting ${options.target}`);
  const target = await targetIn(options.target);
  const findings: Finding[] = [];
  const { timeout, insecure } = options;
  try {
    const onResult = (result: Result) => {
      findings.push(findingOf(result));
      progress.show(`${findings.length}/${selected.length} ${result.row.title}`);
    };
    await run(selected, target, { timeout, insecure, onResult });
  } catch (error) {
    throw new CannotRun(`the server does not answer: ${(error as Error).message}`);
  } finally {
    await closeOf(target);
  }
  const places = new Map(selected.map(({ id }, index) => [id, index]));
  findings.sort((a, b) => places.get(a.id)! - places.get(b.id)!);
  const notes = [countOfNeeds(selected)];
  return { report: { target: options.target, version, asked: findings.length, seconds: 0, findings, notes } };
}

/** The module's default export: a target, or a function that makes one. */
async function targetIn(file: string): Promise<Target> {
  const made = await load(file);
  const target: unknown = typeof made === "function" && made.length === 0 ? await made() : made;
  const isTarget =
    typeof target === "string" ||
    typeof target === "function" ||
    target instanceof URL ||
    (typeof target === "object" && target !== null && isControlled(target as Target));
  if (isTarget) return target as Target;
  throw new CannotRun(
    "its default export is not a target: export { at, set }, a url, a fetch function, or a function that returns one",
  );
}

async function load(file: string): Promise<unknown> {
  try {
    const module = await import(pathToFileURL(resolve(file)).href);
    return module.default;
  } catch (error) {
    throw new CannotRun(`it cannot be loaded: ${(error as Error).message.split("\n", 1)[0]}`);
  }
}

async function closeOf(target: Target): Promise<void> {
  if (isControlled(target)) await (target as ControlledTarget).close?.();
}

const asked = (row: Row) => ({
  id: row.id,
  group: "rows" as const,
  title: row.title,
  section: row.section,
  level: row.level,
  why: row.why,
  notice: "",
  row,
});

function findingOf(result: Result): Finding {
  const { row, verdict, found, sent = "", received = "" } = result;
  const { row: _row, ...question } = { ...asked(row), notice: noticeOf(result) };
  const hasOctets = verdict !== "pass" && sent !== "";
  return { ...question, verdict, found: found.map(sentence), octets: hasOctets ? [{ sent, received }] : [] };
}

function countOfNeeds(selected: readonly Row[]): string {
  const wire = selected.filter(({ needs }) => needs === "wire").length;
  return `${selected.length} rows: ${selected.length - wire} that any fetch can send, ${wire} that need a raw connection`;
}
