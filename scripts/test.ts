// Everything that is checked, in the order in which a mistake is cheapest to find. Ends with one line of true totals.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dirname, "..");
const results = `${root}/test/results`;
const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
const packages = readdirSync(`${root}/packages`);

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

await check("build", ["node", "scripts/build.ts"]);
await check("lint and format", ["biome", "ci", "--error-on-warnings", "."]);
await check("types of everything", ["tsc", "-p", "tsconfig.json"]);
for (const name of packages)
  await check(`types of ${name}, on its platform alone`, ["tsc", "-p", `packages/${name}`]);
await test();
for (const name of packages) {
  await check(`publint ${name}`, ["publint", "--strict", "--pack", "npm", `packages/${name}`]);
  await check(`are the types right: ${name}`, [
    "attw",
    "--pack",
    `packages/${name}`,
    "--profile",
    "esm-only",
    "--format",
    "ascii",
  ]);
}
await size();

writeFileSync(`${results}/totals.json`, JSON.stringify(totals));
const skipped = totals.skipped === 0 ? "" : `, ${totals.skipped} skipped`;
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** One command that succeeds or does not; what it says is shown only if it does not. */
async function check(name: string, command: readonly string[]): Promise<void> {
  const { ok, output, seconds } = await run(command);
  count(name, ok, output, seconds);
}

function count(name: string, ok: boolean, output: string, seconds = 0): void {
  totals[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok  " : "FAIL"} ${name}${seconds ? ` (${seconds} s)` : ""}`);
  if (!ok) console.log(output.trim());
}

/** All tests with coverage: each counts for itself, and the coverage that core must have counts for one. */
async function test(): Promise<void> {
  const json = `${results}/vitest.json`;
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
  const { ok, seconds } = await run(["vitest", "run", "--coverage", ...reporters], "shown");
  try {
    const report = JSON.parse(readFileSync(json, "utf8"));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    count(
      "all tests ran, none failed, coverage is complete",
      ok && report.numTotalTests > 0,
      "see above",
      seconds,
    );
  } catch (error) {
    count("all tests ran, none failed, coverage is complete", false, String(error), seconds);
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

function run(
  command: readonly string[],
  show?: "shown",
): Promise<{ ok: boolean; output: string; seconds: number }> {
  const started = Date.now();
  const path = `${root}/node_modules/.bin:${process.env.PATH}`;
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((done) => {
    const end = (ok: boolean) => done({ ok, output, seconds: Math.round((Date.now() - started) / 1000) });
    child.on("error", (error) => {
      output += error.message;
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}
