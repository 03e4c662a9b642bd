import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { withLock } from "../../lock.ts";
import { copyPackages, root } from "./server.ts";

export const fixture = `${root}/test/adapters/next`;

/** The files of the application of the adapters' tests. */
const sources = [
  "test/adapters/next/**/*.ts",
  "test/adapters/next/public/*",
  "test/conformance/peers/apps/page.ts",
  "test/adapters/apps/{handlers,fetch-handlers,seen-requests,streams}.ts",
  "packages/{core,next,conformance,store}/dist/*.{js,d.ts}",
  "test/package.json",
];

/**
 * Builds an application with Next, its type check included, unless it was built from the same files before.
 * `madeOf` lists these files.
 */
export async function buildNext(folder = fixture, madeOf: readonly string[] = sources): Promise<void> {
  // Two suites need the application, and each may be the first to build it.
  await withLock(`${folder}/.next.lock`, () => build(folder, madeOf));
}

async function build(folder: string, madeOf: readonly string[]): Promise<void> {
  const builtFrom = `${folder}/.next/built-from`;
  // The packages are copied below, so their copies must not count: the second suite would build again.
  const exclude = ["**/.next/**", "**/node_modules/**"];
  const digest = digestOf(globSync(madeOf, { cwd: root, exclude }).sort());
  if (existsSync(builtFrom) && readFileSync(builtFrom, "utf8") === digest) return;
  await copyPackages(folder);
  const next = `${root}/test/node_modules/next/dist/bin/next`;
  await promisify(execFile)(process.execPath, [next, "build", folder], {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
  }).catch((error) => {
    throw new Error(`next build failed: ${error.stdout}${error.stderr}`);
  });
  writeFileSync(builtFrom, digest);
}

function digestOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(`${root}/${file}`));
  return hash.digest("hex");
}
