import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Role } from "../contenders/contender.ts";
import { type Machine, theseVersions, thisCommit, thisMachine } from "./machine.ts";
import type { SuiteName } from "./suite-names.ts";

/** What one contender came to in one case. */
export interface Entry {
  name: string;
  role: Role;
  /** How it answers wrongly; then it was not timed. */
  wrong?: string;
  /** The figure of each round, in the case's unit. */
  rounds?: number[];
  /** On the JavaScript heap, for one call. */
  bytes?: number;
  /** Milliseconds within which 99 of 100 answers came, round by round. */
  p99?: number[];
  /** Microseconds of the server's processor for one answer, round by round. */
  cpu?: number[];
}

export type Unit = "ns" | "per second" | "bytes";

export interface CaseResult {
  name: string;
  unit: Unit;
  entries: Entry[];
}

/** One cost against one size: `values[i]` belongs to `sizes[i]`. */
export interface Plot {
  name: string;
  /** What to look for, if it is not whether the cost grows as the size does. */
  hint?: string;
  sizes: number[];
  /** What the sizes count. */
  of: string;
  unit: Unit;
  lines: { name: string; role: Role; values: (number | null)[] }[];
}

export interface SuiteResult {
  /** What the suite asks. */
  about: string;
  cases: CaseResult[];
  plots: Plot[];
  /** What could not be measured here, and why. */
  skipped: string[];
}

export interface Results {
  /** ISO 8601, UTC. */
  recorded: string;
  commit: string;
  /** The working tree was not that of the commit. */
  changed: boolean;
  quick: boolean;
  machine: Machine;
  /** By package; the runtimes are among them. */
  versions: Record<string, string>;
  suites: Partial<Record<SuiteName, SuiteResult>>;
}

const folder = resolve(import.meta.dirname, "../results");

/** The results recorded last; `undefined` if there are none. */
export function newestResults(): Results | undefined {
  const all = globSync(`${folder}/*.json`).map(readResults);
  return all.sort((a, b) => (a.recorded < b.recorded ? 1 : -1))[0];
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Results that are still to be measured. */
export function emptyResults(quick: boolean): Results {
  return {
    recorded: new Date().toISOString(),
    ...thisCommit(),
    quick,
    machine: thisMachine(),
    versions: theseVersions(),
    suites: {},
  };
}

/** Keeps them as `results/2026-11-22-1a2b3c4.json`, and says where. Figures keep four digits: more are noise. */
export function writeResults(results: Results): string {
  const file = resolve(folder, `${results.recorded.slice(0, 10)}-${results.commit}.json`);
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  // One line for each case, so that a change of figures can be read as one.
  const text = JSON.stringify(results, rounded).replaceAll('{"name":', '\n{"name":');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${text}\n`);
  return file;
}
