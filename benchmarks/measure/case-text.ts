import { bestOfOurs, median, ratio } from "./ratio.ts";
import type { CaseResult, Entry, Unit } from "./results.ts";

/** One case as text: a line for each contender, with its figure and the ratio of ours to it. */
export function caseText(result: CaseResult): string {
  const ours = bestOfOurs(result);
  const lines = result.entries.map((entry) => `  ${lineOf(entry, result.unit, ours)}`);
  return [`\n${result.name}`, ...lines].join("\n");
}

function lineOf(entry: Entry, unit: Unit, ours: Entry | undefined): string {
  const name = `${entry.role === "ours" ? "▸" : " "} ${entry.name}`.padEnd(40);
  if (entry.wrong !== undefined) return `${name} wrong: ${entry.wrong}`;
  if (entry.rounds === undefined) return `${name} right`;
  const figures = [amount(median(entry.rounds), unit).padStart(14)];
  figures.push(
    ours && ours !== entry
      ? times(ratio(ours.rounds!, entry.rounds, unit).median).padStart(8)
      : " ".repeat(8),
  );
  if (entry.bytes !== undefined) figures.push(`${entry.bytes} B`.padStart(9));
  if (entry.p99 !== undefined) figures.push(`p99 ${milliseconds(median(entry.p99))}`.padStart(12));
  if (entry.cpu !== undefined) figures.push(`cpu ${median(entry.cpu).toFixed(1)} µs`.padStart(14));
  return [name, ...figures].join(" ");
}

/** A figure with its unit, to three digits. */
export function amount(value: number, unit: Unit): string {
  if (unit === "bytes") return `${Math.round(value).toLocaleString("en-US")} B`;
  if (unit === "per second") return `${Number(value.toPrecision(3)).toLocaleString("en-US")}/s`;
  if (value < 999.5) return `${digits(value)} ns`;
  if (value < 999.5e3) return `${digits(value / 1e3)} µs`;
  return `${digits(value / 1e6)} ms`;
}

/** `31×`, `9.4×`, `1.28×`: more digits for smaller ratios, where they matter. */
export function times(value: number): string {
  if (value >= 9.95) return `${Math.round(value).toLocaleString("en-US")}×`;
  return `${value.toFixed(value >= 1.995 ? 1 : 2)}×`;
}

export function milliseconds(value: number): string {
  return `${digits(value)} ms`;
}

function digits(value: number): string {
  if (value >= 99.95) return Math.round(value).toString();
  return value.toFixed(value >= 9.95 ? 1 : 2);
}
