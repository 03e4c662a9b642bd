import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { allLosers } from "../contenders/losers.ts";
import type { Results } from "../measure/results.ts";
import { chartsOf } from "./charts.ts";
import { fillFigures } from "./figures.ts";
import { report } from "./report.ts";

const benchmarks = resolve(import.meta.dirname, "..");
const root = resolve(benchmarks, "..");

/** The paths of the project's pages that may contain figures. */
export const pages: readonly string[] = globSync(["README.md", "packages/*/README.md"], { cwd: root })
  .sort()
  .map((file) => resolve(root, file));

/** Writes README.md and the charts, and replaces every figure between marks on other pages. */
export async function publish(results: Results): Promise<void> {
  rmSync(resolve(benchmarks, "charts"), { recursive: true, force: true });
  mkdirSync(resolve(benchmarks, "charts"));
  for (const [file, text] of Object.entries(await published(results)))
    writeFileSync(resolve(benchmarks, file), text);
  for (const page of pages) {
    const text = readFileSync(page, "utf8");
    const filled = fillFigures(text, results);
    if (filled !== text) writeFileSync(page, filled);
  }
}

/** The generated files: their names and contents. */
export async function published(results: Results): Promise<Record<string, string>> {
  const charts = chartsOf(results);
  return Object.assign(
    { "README.md": report(results, charts, await allLosers()) },
    ...charts.map(({ files }) => files),
  );
}
