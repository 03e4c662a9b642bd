import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Role } from "../contenders/contender.ts";
import { type Machine, theseVersions, thisCommit, thisMachine } from "./machine.ts";
import type { SuiteName } from "./suite-names.ts";

/** The result of one contender in one case. */
export interface Entry {
  name: string;
  role: Role;
  /** How its answer is wrong; it was not timed then. */
  wrong?: string;
  /** The figure of each round, in the case's unit. */
  rounds?: number[];
  /** On the JavaScript heap, for one call. */
  bytes?: number;
  /** The time within which 99 of 100 answers came, in milliseconds, for each round. */
  p99?: number[];
  /**
   * The processor time for one answer, in microseconds, for each round: the server's, or in the suite `client` the
   * client's.
   */
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
  /** A hint for the reader, unless the question is whether the cost grows in proportion to the size. */
  hint?: string;
  sizes: number[];
  /** The unit of the sizes. */
  of: string;
  unit: Unit;
  lines: { name: string; role: Role; values: (number | null)[] }[];
}

export interface SuiteResult {
  /** The question of the suite. */
  about: string;
  cases: CaseResult[];
  plots: Plot[];
  /** The figures that could not be measured here, with the reason. */
  skipped: string[];
}

export interface Results {
  /** ISO 8601, UTC. */
  recorded: string;
  commit: string;
  /** True when the working tree differs from that commit. */
  changed: boolean;
  quick: boolean;
  machine: Machine;
  /** Versions by package; the runtimes are included. */
  versions: Record<string, string>;
  suites: Partial<Record<SuiteName, SuiteResult>>;
}

const folder = resolve(import.meta.dirname, "../results");

/** The newest recorded results; `undefined` if there are no results. */
export function newestResults(): Results | undefined {
  const all = globSync(`${folder}/*.json`).map(readResults);
  return all.sort((a, b) => (a.recorded < b.recorded ? 1 : -1))[0];
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Results that have not been measured yet. */
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

/**
 * Writes the results to `results/2026-11-22-1a2b3c4.json`, and returns the path. Figures keep four digits, because
 * more are noise.
 */
export function writeResults(results: Results): string {
  const file = resolve(folder, `${results.recorded.slice(0, 10)}-${results.commit}.json`);
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  // One line for each case, so that a diff shows changed figures case by case.
  const text = JSON.stringify(results, rounded).replaceAll('{"name":', '\n{"name":');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${text}\n`);
  return file;
}
