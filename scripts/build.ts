// Builds every package that changed since its last build. Packages that do not need each other are built side by side.
// A package is a folder of packages/. Each file of dist/ that its package.json names is one entry of src/: a .js for
// import, a .cjs for require.
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build as transform } from "esbuild";
import { build } from "tsup";

interface Manifest {
  exports: unknown;
  bin?: unknown;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  /** A package of this workspace that is listed here is bundled into the build. */
  devDependencies?: Record<string, string>;
}

const root = resolve(import.meta.dirname, "..");
const packages = new Map(
  globSync("packages/*/package.json", { cwd: root })
    .map((file) => file.split(/[\\/]/)[1]!)
    .sort()
    .map((name) => [name, manifestOf(name)] as const),
);

// With `--declarations-for core,node`, declarations are built only of what these packages need to be compiled.
const { values: asked } = parseArgs({ options: { "declarations-for": { type: "string" } } });
const declared = new Set(
  asked["declarations-for"] === undefined
    ? packages.keys()
    : asked["declarations-for"].split(",").flatMap(packagesNeededFor),
);

for (const names of levels()) {
  await Promise.all(
    names.map((name) =>
      buildPackage(name).catch((error: unknown) => {
        console.error(`@entity-tag/${name} does not build:`, error);
        process.exitCode = 1;
      }),
    ),
  );
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, "utf8"));
}

/** The packages in rounds: each round needs only packages of earlier rounds. */
function levels(): string[][] {
  const rounds: string[][] = [];
  const left = new Map([...packages].map(([name, manifest]) => [name, packagesNeededBy(manifest)]));
  while (left.size > 0) {
    const ready = [...left].filter(([, needs]) => !needs.some((need) => left.has(need)));
    if (ready.length === 0) throw new Error(`These packages need each other: ${[...left.keys()]}`);
    rounds.push(ready.map(([name]) => name));
    for (const [name] of ready) left.delete(name);
  }
  return rounds;
}

function packagesNeededBy({ dependencies, peerDependencies, devDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })
    .filter((dependency) => dependency.startsWith("@entity-tag/"))
    .map((dependency) => dependency.slice("@entity-tag/".length));
}

/** The packages that this one needs, directly or through others. */
function packagesNeededFor(name: string): string[] {
  const manifest = packages.get(name);
  return manifest ? packagesNeededBy(manifest).flatMap((need) => [need, ...packagesNeededFor(need)]) : [];
}

async function buildPackage(name: string): Promise<void> {
  const folder = resolve(root, "packages", name);
  const manifest = packages.get(name)!;
  const isDeclared = declared.has(name);
  const outputs = [...filesIn(manifest.exports), ...filesIn(manifest.bin)].filter(
    (file) => isDeclared || !/\.d\.c?ts$/.test(file),
  );
  const bundled = packagesNeededBy({ exports: {}, devDependencies: manifest.devDependencies ?? {} });
  if (isFresh(folder, outputs, bundled)) return;
  const entries = (extension: RegExp) => entriesOf(folder, outputs, extension);
  await build({
    config: false,
    silent: true,
    entry: entries(/\.js$/),
    outDir: `${folder}/dist`,
    tsconfig: `${folder}/tsconfig.json`,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [
      /^node:/,
      /^bun(:|$)/,
      ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    ],
    dts: isDeclared && { entry: entries(/\.d\.ts$/) },
    sourcemap: true,
    // Declarations that are not built now stay older than the code, so the next build makes them.
    clean: isDeclared,
    removeNodeProtocol: false,
    // Inlines constants, so that a user's bundle is smaller. The user's own bundler can no longer do that.
    esbuildOptions: (options) => {
      options.minifySyntax = true;
    },
  });
  await writeForRequire(`${folder}/dist`, Object.keys(entries(/\.cjs$/)));
  console.log(`built @entity-tag/${name}`);
}

/**
 * Writes a .cjs beside each .js that `require` reaches, and a .d.cts beside its declarations. As for
 * `import`, entries share modules: two entries have one WeakMap, and know each other's errors.
 */
async function writeForRequire(dist: string, entries: readonly string[]): Promise<void> {
  if (entries.length === 0) return;
  const modules = [...entries.map((name) => `${dist}/${name}.js`), ...globSync(`${dist}/**/chunk-*.js`)];
  const { outputFiles } = await transform({
    entryPoints: modules,
    outdir: dist,
    outbase: dist,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    platform: "node",
    target: "es2022",
    sourcemap: true,
    write: false,
  });
  for (const { path, text } of outputFiles)
    writeFileSync(path, path.endsWith(".map") ? text : namedForRequire(text));
  for (const file of globSync(`${dist}/**/*.d.ts`)) {
    writeFileSync(file.replace(/\.ts$/, ".cts"), namedForRequire(readFileSync(file, "utf8")));
  }
}

/** The same code, with imports of its neighbours by the names that they have for `require`. */
function namedForRequire(code: string): string {
  return code.replace(/((?:require\(|from |import\()["']\.\.?\/[^"'\n]*)\.js(["'])/g, "$1.cjs$2");
}

/** Every path into dist/ that "exports" or "bin" names. */
function filesIn(value: unknown): string[] {
  if (typeof value === "string") return /^(\.\/)?dist\//.test(value) ? [value] : [];
  return Object.values(value ?? {}).flatMap(filesIn);
}

/** Of dist/name.js the source is src/name.ts. */
function entriesOf(folder: string, outputs: readonly string[], extension: RegExp): Record<string, string> {
  const names = outputs
    .filter((file) => extension.test(file))
    .map((file) => file.replace(/^(\.\/)?dist\//, "").replace(extension, ""));
  return Object.fromEntries(names.map((name) => [name, `${folder}/src/${name}.ts`]));
}

/** True if the last build is newer than every file that goes into the package. */
function isFresh(folder: string, outputs: readonly string[], bundled: readonly string[]): boolean {
  const written = outputs.map((file) => resolve(folder, file));
  if (!written.every(existsSync)) return false;
  const built = Math.min(...written.map((file) => statSync(file).mtimeMs));
  const inputs = [
    ...globSync(`${folder}/src/**/*.{ts,json}`),
    ...bundled.flatMap((name) => globSync(`${root}/packages/${name}/dist/*.js`)),
    `${folder}/package.json`,
    `${folder}/tsconfig.json`,
    `${root}/tsconfig.base.json`,
    `${root}/scripts/build.ts`,
  ];
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}
