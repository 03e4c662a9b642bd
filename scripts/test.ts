// All checks. Ends with one line of totals. Many suites wait for servers, browsers and timers: the checks that compute
// run beside them, and the suites that only wait run beside those. The suites that measure run after all others.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { archives } from "../test/packaging/tarballs.ts";
import { root, run } from "./command.ts";

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
await Promise.all([
  vitest("the tests of everything but core ran, none failed", ["--project=long", "--project=quick"], "shown"),
  vitest("the tests that wait ran, none failed", ["--project=waiting"]),
  checkAll(),
]);
await vitest("the tests that measure ran, none failed", ["--project=alone"], "shown");

writeFileSync(`${results}/totals.json`, JSON.stringify(totals));
const skipped = totals.skipped === 0 ? "" : `, ${totals.skipped} skipped`;
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;

async function checkAll(): Promise<void> {
  await check(["lint and format", ["biome", "ci", "--error-on-warnings", "."]]);
  await check(["types of everything", ["tsc", "-p", "tsconfig.json"]]);
  await typesOfPackages();
  await vitest("the tests of core ran, none failed, coverage is complete", ["--project=core", "--coverage"]);
  await checkPackages();
  // The types are checked above, so typedoc need not check them again.
  const onlyValidate = ["--emit", "none", "--treatValidationWarningsAsErrors", "--skipErrorChecking"];
  await check(["every link of a docstring leads somewhere", ["typedoc", ...onlyValidate]]);
  await size();
}

/** Checks all packages in one process. */
async function typesOfPackages(): Promise<void> {
  const { ok, output, seconds } = await run(["node", "scripts/types.ts"]);
  if (!ok) return count("types of each package", false, output, seconds);
  for (const line of output.trim().split("\n")) {
    const { name, errors } = JSON.parse(line);
    count(`types of ${name}, on its platform alone`, errors === "", errors);
  }
}

/** Checks each package as a registry and a compiler do. The archives are those that the suites unpack. */
async function checkPackages(): Promise<void> {
  const packed = await archives().catch((error) => {
    count("every package is packed", false, String(error));
    return [];
  });
  if (packed.length > 0)
    count("every package is packed", packed.length === packages.length, packed.join("\n"));
  for (const archive of packed) {
    const name = basename(archive);
    await check([`publint ${name}`, ["publint", "--strict", archive]]);
    await check([
      `are the types right: ${name}`,
      ["attw", archive, "--profile", "strict", "--format", "ascii"],
    ]);
  }
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

/** Each test counts as one check, and each run of vitest as one more. A run beside others is shown only if it fails. */
async function vitest(name: string, words: readonly string[], show?: "shown"): Promise<void> {
  const json = `${results}/${words[0]!.replace("--project=", "")}.json`;
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
  const { ok, output, seconds } = await run(["vitest", "run", ...words, ...reporters], show);
  try {
    const report = JSON.parse(readFileSync(json, "utf8"));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    count(name, ok && report.numTotalTests > 0, show ? "see above" : output, seconds);
  } catch (error) {
    count(name, false, `${output}\n${error}`, seconds);
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
