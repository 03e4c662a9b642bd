// The fast loop: format, lint, types, and the quick tests of the packages that changed since this branch left main.
// Slow suites, suites of other packages and suites that measure are left to `npm test`, unless they changed themselves.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { slow } from "../test/schedule.ts";
import { root, run } from "./command.ts";
import { suitesThatImport } from "./related.ts";

// Properties are tried less often than by `npm test`.
process.env.QUICK = "1";

const changed = changedFiles();
const packages = [...new Set(changed.filter((file) => file.startsWith("packages/")).map(secondFolder))];
const folders = new Set(changed.map(folderOfTests));
const related = suitesThatImport(changed);
const [chosen, left] = [related.filter(isChosen), related.filter((suite) => !isChosen(suite))];
const documents = changed.filter((file) => file.endsWith(".md"));

// Two chains of checks run side by side, for two processors. A check that needs the build waits for it.
const built = check("build", ["node", "scripts/build.ts", ...declarations()]);
await Promise.all([
  built.then(() => test()),
  check("format and lint", ["biome", "check", "--error-on-warnings", "."])
    .then(() => check("types", incremental("check", "tsconfig.json")))
    .then(() => built)
    .then(async () => {
      for (const name of packages)
        await check(`types of ${name}, on its platform alone`, incremental(name, `packages/${name}`));
    }),
]);
if (left.length > 0)
  console.log(`left to npm test: ${left.length} suites that a change may break, ${counted(left)}`);

/** A suite that changed, or a quick one in a folder whose package or files changed. */
function isChosen(suite: string): boolean {
  if (changed.includes(suite)) return true;
  if (slow.includes(suite) || suite.endsWith(".alone.test.ts")) return false;
  return folders.has(folderOfTests(suite));
}

/** The folder with the tests of a file. A package without a folder of its own below `test` is an adapter. */
function folderOfTests(file: string): string {
  const [top, name] = file.split("/");
  if (top === "packages" && !existsSync(`${root}/test/${name}`)) return "test/adapters";
  return top === "benchmarks" ? "test/benchmarks" : `test/${name}`;
}

/** Declarations are built only for the packages that are checked, as most tests run the sources. */
function declarations(): string[] {
  const isSlowSuiteChosen = chosen.some((suite) => slow.includes(suite));
  return isSlowSuiteChosen || documents.length > 0 ? [] : ["--declarations-for", packages.join()];
}

function incremental(name: string, project: string): string[] {
  return [
    "tsc",
    "-p",
    project,
    "--incremental",
    "--tsBuildInfoFile",
    `node_modules/.cache/${name}.tsbuildinfo`,
  ];
}

async function check(name: string, command: readonly string[]): Promise<void> {
  const { ok, output, seconds } = await run(command);
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  if (ok) return;
  console.log(output.trim());
  process.exitCode = 1;
}

async function test(): Promise<void> {
  if (chosen.length > 0) await vitest("run", "--no-isolate", ...chosen);
  if (documents.length > 0) await testDocuments();
  if (chosen.length === 0 && documents.length === 0)
    console.log("ok   no quick test covers the changed files");
}

/** A test cannot import prose. A test of a program in a document has the name of the document. */
async function testDocuments(): Promise<void> {
  const names = documents.map((name) => name.replaceAll(/[.]/g, "\\.")).join("|");
  await vitest("run", "test/house");
  await vitest("run", "test/readme", "test/adapters/recipes.test.ts", "--passWithNoTests", "-t", names);
}

async function vitest(...words: string[]): Promise<void> {
  const { ok } = await run(["vitest", ...words, "--silent=passed-only"], "shown");
  if (!ok) process.exitCode = 1;
}

/** How many suites each folder of tests has: "test/store 12, test/client 9". */
function counted(suites: readonly string[]): string {
  const folders = Map.groupBy(suites, secondFolder);
  return [...folders].map(([name, { length }]) => `test/${name} ${length}`).join(", ");
}

function secondFolder(file: string): string {
  return file.split("/")[1]!;
}

/** The files that differ from main since this branch began, and the new files that git does not track yet. */
function changedFiles(): string[] {
  const git = (...words: string[]) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const main = git("branch", "--all", "--list", "main", "origin/main", "--format=%(refname)").split("\n")[0];
  const base = main ? git("merge-base", "HEAD", main) : "HEAD";
  const listed = [git("diff", "--name-only", base), git("ls-files", "--others", "--exclude-standard")];
  return listed
    .join("\n")
    .split("\n")
    .filter((file) => file !== "" && existsSync(`${root}/${file}`));
}
