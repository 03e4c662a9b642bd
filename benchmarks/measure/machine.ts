import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";

const benchmarks = resolve(import.meta.dirname, "..");
const root = resolve(benchmarks, "..");

export interface Machine {
  cpu: string;
  cores: number;
  /** In GiB. */
  memory: number;
}

/** The facts about the machine that the figures depend on, and no others. */
export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
  };
}

/** The commit that is checked out, and whether any measured file differs from it. */
export function thisCommit(): { commit: string; changed: boolean } {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    const measured = [
      "packages",
      "benchmarks",
      "pnpm-lock.yaml",
      ":!benchmarks/results",
      ":!*.md",
      ":!*.svg",
    ];
    return {
      commit: git("rev-parse", "--short=7", "HEAD"),
      changed: git("status", "--porcelain", "--", ...measured) !== "",
    };
  } catch {
    return { commit: "unknown", changed: true };
  }
}

/** The exact versions of all measured packages, and of the runtimes. */
export function theseVersions(): Record<string, string> {
  const { dependencies } = readPackage(benchmarks) as { dependencies: Record<string, string> };
  const folders = [
    ...Object.keys(dependencies).map((name) => [name, benchmarks] as const),
    ...["node", "bun", "deno"].map((name) => [name, root] as const),
  ];
  const versions = folders.map(([name, folder]): [string, string] => {
    const { version } = readPackage(resolve(folder, "node_modules", name));
    return [name, String(version)];
  });
  return Object.fromEntries(versions.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readPackage(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8"));
}
