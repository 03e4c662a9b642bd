// node scripts/better-sqlite3.ts [path of a node 20]: compiles better-sqlite3 in a temporary folder, which takes about
// 90 seconds, and runs the store's contract on it. It does not load on Node 24, so the tests use libsql, which has the
// same interface. Build the packages before (npm run build). Seen to pass on 2026-11-27 with better-sqlite3 12.11.1.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const program = resolve(import.meta.dirname, "../test/store/contract/runtimes/better-sqlite3.mjs");
const node = process.argv[2] ?? "/usr/bin/node";
const prefix = dirname(dirname(realpathSync(node)));
const folder = mkdtempSync(join(tmpdir(), "better-sqlite3-"));
try {
  if (!existsSync(join(prefix, "include/node/node.h")))
    throw new Error(
      `Cannot compile for ${node}: there is no ${prefix}/include/node. Give the path of another node`,
    );
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}`, npm_config_nodedir: prefix };
  run("npm", ["install", "better-sqlite3@12.11.1", "--no-audit", "--no-fund"], { cwd: folder, env });
  run(node, [program, folder, join(folder, "store.db")], { env });
} finally {
  rmSync(folder, { recursive: true });
}

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): void {
  const { status } = spawnSync(command, args, { ...options, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}
