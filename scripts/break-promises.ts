// npm run break-promises [-- "part of a promise"]: breaks each promise of the store's README on purpose, one at a
// time, and runs the test that must then fail. It changes files below packages/store/src, and restores them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Break, type Promised, promises } from "../test/store/guarantees/promises.ts";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "break-promises-"));
const only = process.argv[2] ?? "";
let survivors = 0;

for (const promised of promises.filter(({ text }) => text.includes(only))) {
  console.log(`\n${promised.text}`);
  for (const each of promised.breaks) {
    const isCaught = whileBroken(each, () => fails(promised, each));
    if (!isCaught) survivors++;
    console.log(
      `${isCaught ? "✓ caught" : "✗ NOT CAUGHT"}  ${each.in}: ${oneLine(each.find)} → ${oneLine(each.put)}`,
    );
  }
}
rmSync(folder, { recursive: true });
// The last build may have had a break in it.
build();
console.log(survivors === 0 ? "\nEach break was caught" : `\n${survivors} breaks were not caught`);
process.exitCode = survivors === 0 ? 0 : 1;

function whileBroken<R>({ in: file, find, put }: Break, work: () => R): R {
  const path = resolve(root, "packages/store/src", file);
  const whole = readFileSync(path, "utf8");
  if (whole.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
  writeFileSync(
    path,
    whole.replace(find, () => put),
  );
  try {
    return work();
  } finally {
    writeFileSync(path, whole);
  }
}

/** A test passes when it fails. A test that did not run at all proves nothing. */
function fails({ tests }: Promised, { fails = 0 }: Break): boolean {
  const [file, title] = tests[fails]!;
  const isContract = !file.startsWith("test/") || file.includes("/runtimes/");
  // Deno runs what is in `dist`.
  if (file.includes("/runtimes/")) build();
  const suite = isContract ? "test/store/contract.test.ts" : file;
  const report = join(folder, "report.json");
  const json = ["--reporter=json", `--outputFile=${report}`];
  run("node_modules/.bin/vitest", ["run", suite, "-t", escaped(title), ...json]);
  return JSON.parse(readFileSync(report, "utf8")).numFailedTests > 0;
}

function build(): void {
  run("npm", ["run", "--silent", "build"]);
}

function run(command: string, args: readonly string[]): void {
  spawnSync(command, args, { cwd: root, stdio: "ignore" });
}

function escaped(title: string): string {
  return title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 90);
}
