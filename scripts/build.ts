// Builds every package that changed since its last build: each path in its "exports" is one entry.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { build } from "tsup";

/** In the order in which they depend on each other. */
const packages = ["core", "node", "deno", "bun", "next", "store", "client", "conformance"];
const root = resolve(import.meta.dirname, "..");

for (const name of packages) {
  await buildPackage(name).catch((error: unknown) => {
    console.error(`@entity-tag/${name} does not build:`, error);
    process.exitCode = 1;
  });
}

async function buildPackage(name: string): Promise<void> {
  const folder = resolve(root, "packages", name);
  const { exports, bin = {}, dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const targets = entriesOf(exports, bin);
  if (isFresh(folder, targets)) return;
  const names = targets.map((target) => basename(target, ".js"));
  await build({
    config: false,
    silent: true,
    entry: Object.fromEntries(names.map((entry) => [entry, `${folder}/src/${entry}.ts`])),
    outDir: `${folder}/dist`,
    tsconfig: `${folder}/tsconfig.json`,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [/^node:/, /^bun(:|$)/, ...Object.keys(dependencies)],
    dts: true,
    sourcemap: true,
    clean: true,
    removeNodeProtocol: false,
    // Constants go where they are used, so that a user's bundle is smaller: its own bundler cannot do that any more.
    esbuildOptions: (options) => {
      options.minifySyntax = true;
    },
  });
  console.log(`built @entity-tag/${name}`);
}

/** The files to build: those of `exports` that are code, and commands. */
function entriesOf(
  exports: Record<string, { default: string } | string>,
  bin: Record<string, string>,
): string[] {
  const modules = Object.values(exports).map((target) =>
    typeof target === "string" ? target : target.default,
  );
  return [...modules, ...Object.values(bin)].filter((file) => file.endsWith(".js"));
}

/** Nothing that goes into the package is younger than what came out last time. */
function isFresh(folder: string, targets: string[]): boolean {
  const outputs = targets
    .flatMap((target) => [target, target.replace(/\.js$/, ".d.ts")])
    .map((file) => resolve(folder, file));
  if (!outputs.every(existsSync)) return false;
  const built = Math.min(...outputs.map((file) => statSync(file).mtimeMs));
  const inputs = [
    ...globSync(`${folder}/src/**/*.ts`),
    `${folder}/package.json`,
    `${folder}/tsconfig.json`,
    `${root}/tsconfig.base.json`,
  ];
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}
