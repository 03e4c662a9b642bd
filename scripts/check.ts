// The fast loop: format, lint, types, and the tests of the files that changed since this branch left main.
// The long suites, and those that measure, are left to `npm test`, unless one of them has changed itself.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { long } from "../test/schedule.ts";
import { root, run, sideBySide } from "./command.ts";

// Properties are tried less often than by `npm test`.
process.env.QUICK = "1";

const types = [
  "tsc",
  "-p",
  "tsconfig.json",
  "--incremental",
  "--tsBuildInfoFile",
  "node_modules/.cache/check.tsbuildinfo",
];
const changed = changedFiles();
const packages = new Set(
  changed.filter((file) => file.startsWith("packages/")).map((file) => file.split("/")[1]!),
);
const checks: [name: string, command: readonly string[]][] = [
  ["format and lint", ["biome", "check", "--error-on-warnings", "."]],
  ["build", ["node", "scripts/build.ts"]],
  ["types", types],
  ...[...packages].map((name): [string, string[]] => [
    `types of ${name}, on its platform alone`,
    ["tsc", "-p", `packages/${name}`],
  ]),
];

await sideBySide(checks, availableParallelism(), async ([name, command]) => {
  const { ok, output, seconds } = await run(command);
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  if (ok) return;
  console.log(output.trim());
  process.exitCode = 1;
});
if (process.exitCode !== 1) await test();

async function test(): Promise<void> {
  const related = changed.filter((file) => /\.tsx?$/.test(file));
  const own = changed.filter((file) => long.includes(file) || file.endsWith(".alone.test.ts"));
  const documents = changed.filter((file) => file.endsWith(".md"));
  if (related.length === 0 && documents.length === 0)
    return console.log("ok   no test covers the changed files");
  if (related.length > 0)
    await vitest("related", "--run", "--passWithNoTests", "--project=quick", "--project=core", ...related);
  if (own.length > 0) await vitest("run", ...own);
  if (documents.length > 0) await testDocuments(documents);
}

/** A test cannot import prose. A test of a program in a document has the name of the document. */
async function testDocuments(documents: readonly string[]): Promise<void> {
  const names = documents.map((name) => name.replaceAll(/[.]/g, "\\.")).join("|");
  await vitest("run", "test/house");
  await vitest("run", "test/readme", "test/adapters/recipes.test.ts", "--passWithNoTests", "-t", names);
}

async function vitest(...words: string[]): Promise<void> {
  const { ok } = await run(["vitest", ...words, "--silent=passed-only"], "shown");
  if (!ok) process.exitCode = 1;
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
