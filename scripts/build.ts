// Builds every package that changed since its last build: each path in its "exports" is one entry.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "tsup";

/** In the order in which they depend on each other. */
const packages = ["core", "node", "deno", "bun", "next", "store"];
const root = resolve(import.meta.dirname, "..");

for (const name of packages) await buildPackage(name);

async function buildPackage(name: string): Promise<void> {
  const folder = resolve(root, "packages", name);
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const targets: string[] = Object.values<{ default: string }>(exports).map((target) => target.default);
  const entries = targets.map((target) => target.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
  if (isFresh(folder, targets)) return;
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  process.chdir(folder);
  await build({
    config: false,
    silent: true,
    entry: entries,
    outDir: "dist",
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [/^node:/, /^bun(:|$)/, ...Object.keys({ ...dependencies, ...peerDependencies })],
    dts: true,
    sourcemap: true,
    clean: true,
    tsconfig: "tsconfig.json",
  });
  console.log(`built @entity-tag/${name}`);
}

/** Nothing that goes into the package is younger than what came out last time. */
function isFresh(folder: string, targets: string[]): boolean {
  const outputs = targets.flatMap((target) => [target, target.replace(/\.js$/, ".d.ts")]).map((file) => resolve(folder, file));
  if (!outputs.every(existsSync)) return false;
  const built = Math.min(...outputs.map((file) => statSync(file).mtimeMs));
  const inputs = [...globSync(`${folder}/src/**/*.ts`), `${folder}/package.json`, `${folder}/tsconfig.json`, `${root}/tsconfig.base.json`];
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}
