// The packages as a registry would give them: packed, and unpacked beside their dependencies.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../lock.ts";

const run = promisify(execFile);

export const root = resolve(import.meta.dirname, "../..");

export interface Manifest {
  name: string;
  exports: Record<string, unknown>;
  dependencies?: Record<string, string>;
  [member: string]: unknown;
}

/** Every package with its folder. */
export const packages = globSync("packages/*/package.json", { cwd: root })
  .sort()
  .map((file) => ({
    folder: resolve(root, file, ".."),
    manifest: JSON.parse(readFileSync(`${root}/${file}`, "utf8")) as Manifest,
  }));

/** Every entry that a user may import, such as `@entity-tag/core/fetch`. */
export const entries = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((path) => !path.endsWith(".json"))
    .map((path) => manifest.name + path.slice(1)),
);

/** The folder of modules with the packages, packed and unpacked, and with what they depend on. */
export async function packedModules(): Promise<string> {
  return `${await packedFolder()}/node_modules`;
}

/** The archive of each package, as `npm publish` would send it. */
export async function archives(): Promise<string[]> {
  const folder = await packedFolder();
  return globSync("*.tgz", { cwd: folder })
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** The packages are packed again only after one of their files changed. */
async function packedFolder(): Promise<string> {
  const folder = `${root}/test/results/packed-${digestOfPackages()}`;
  mkdirSync(`${root}/test/results`, { recursive: true });
  // Many suites need the packages, and each may be the first.
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await pack(folder);
  });
  return folder;
}

async function pack(folder: string): Promise<void> {
  const made = mkdtempSync(`${root}/test/results/packing-`);
  const modules = `${made}/node_modules`;
  const packed = ["pack", "--json", "--loglevel=error", "--pack-destination", made];
  const { stdout } = await run("npm", [...packed, ...packages.map((each) => each.folder)], { cwd: made });
  const found = JSON.parse(stdout) as Record<string, { filename: string; name: string }>;
  for (const { filename, name } of Object.values(found)) {
    mkdirSync(`${modules}/${name}`, { recursive: true });
    const archive = `${made}/${filename.replace("@", "").replace("/", "-")}`;
    await run("tar", ["xzf", archive, "-C", `${modules}/${name}`, "--strip-components=1"]);
  }
  linkDependencies(modules);
  renameSync(made, folder);
}

function linkDependencies(modules: string): void {
  for (const each of packages) {
    for (const name of Object.keys(each.manifest.dependencies ?? {})) {
      link(modules, name, `${each.folder}/node_modules/${name}`);
    }
  }
}

function digestOfPackages(): string {
  const hash = createHash("sha256");
  for (const file of globSync("packages/*/{package.json,*.md,rows*.json,dist/**/*}", { cwd: root }).sort()) {
    hash.update(`${file} ${statSync(`${root}/${file}`).mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * A folder outside the repository that has only the packed packages, their dependencies, and `others`: packages that
 * the tests depend on, by their names there.
 */
export async function installed(others: readonly string[] = []): Promise<{ folder: string; remove(): void }> {
  const folder = realpathSync(mkdtempSync(`${tmpdir()}/entity-tag-`));
  const modules = `${folder}/node_modules`;
  // A copy has its own place, so that nothing of the repository is found above it.
  cpSync(`${await packedModules()}/@entity-tag`, `${modules}/@entity-tag`, { recursive: true });
  linkDependencies(modules);
  for (const name of others) {
    const target = realpathSync(`${root}/test/node_modules/${name}`);
    link(modules, name, target);
    // Each package, also Bun's types, gets the types of the Node that it was written for.
    const types = resolve(target, "../@types/node");
    if (name === "bun-types" && existsSync(types)) link(modules, "@types/node", types);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function link(modules: string, name: string, target: string): void {
  if (existsSync(`${modules}/${name}`)) return;
  mkdirSync(resolve(modules, name, ".."), { recursive: true });
  symlinkSync(realpathSync(target), `${modules}/${name}`);
}
