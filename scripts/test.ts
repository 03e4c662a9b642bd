// All checks, the cheapest first. Ends with one line of totals.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { root, run, sideBySide } from "./command.ts";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

type Check = [name: string, command: readonly string[]];

const results = `${root}/test/results`;
const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
const packages = readdirSync(`${root}/packages`);

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

await check(["build", ["node", "scripts/build.ts"]]);
await checkAll([
  ["lint and format", ["biome", "ci", "--error-on-warnings", "."]],
  ["types of everything", ["tsc", "-p", "tsconfig.json"]],
  ...packages.map(
    (name): Check => [`types of ${name}, on its platform alone`, ["tsc", "-p", `packages/${name}`]],
  ),
]);
await test();
await checkAll([
  ...packages.flatMap(packageChecks),
  ["every export is documented", ["typedoc", "--emit", "none", "--treatValidationWarningsAsErrors"]],
]);
await size();

writeFileSync(`${results}/totals.json`, JSON.stringify(totals));
const skipped = totals.skipped === 0 ? "" : `, ${totals.skipped} skipped`;
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** Checks the package as a registry and a compiler do. */
function packageChecks(name: string): Check[] {
  const folder = `packages/${name}`;
  return [
    [`publint ${name}`, ["publint", "--strict", "--pack", "npm", folder]],
    [`are the types right: ${name}`, ["attw", "--pack", folder, "--profile", "strict", "--format", "ascii"]],
  ];
}

async function checkAll(checks: readonly Check[]): Promise<void> {
  await sideBySide(checks, availableParallelism(), check);
}

/** Runs one command, and shows its output only if it fails. */
async function check([name, command]: Check): Promise<void> {
  const { ok, output, seconds } = await run(command);
  count(name, ok, output, seconds);
}

function count(name: string, ok: boolean, output: string, seconds = 0): void {
  totals[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok  " : "FAIL"} ${name}${seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : ""}`);
  if (!ok) console.log(output.trim());
}

/** Each test counts once, and each of the two runs counts as one more. */
async function test(): Promise<void> {
  await vitest("the tests of core ran, none failed, coverage is complete", ["--project=core", "--coverage"]);
  await vitest("all other tests ran, none failed", ["--project=long", "--project=quick", "--project=alone"]);
}

async function vitest(name: string, words: readonly string[]): Promise<void> {
  const json = `${results}/vitest.json`;
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
  const { ok, seconds } = await run(["vitest", "run", ...words, ...reporters], "shown");
  try {
    const report = JSON.parse(readFileSync(json, "utf8"));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    count(name, ok && report.numTotalTests > 0, "see above", seconds);
  } catch (error) {
    count(name, false, String(error), seconds);
  }
}

/** Each import that has a budget in .size-limit.json. */
async function size(): Promise<void> {
  const { output } = await run(["size-limit", "--json"]);
  try {
    for (const { name, size, sizeLimit, passed } of JSON.parse(output.slice(output.indexOf("[")))) {
      count(`size of ${name}: ${size} of ${sizeLimit} bytes`, passed === true, "too large");
    }
  } catch {
    count("sizes", false, output);
  }
}
