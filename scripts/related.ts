// The suites that a change may break, found by the imports of each file.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./command.ts";

/**
 * The suites that import one of the files, directly or through others, and each of the files that is a suite itself.
 */
export function suitesThatImport(changed: readonly string[]): string[] {
  const importers = importersOfEachFile();
  const found = new Set(changed);
  // The loop also visits what it adds.
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
  return [...found].filter((file) => file.endsWith(".test.ts")).sort();
}

function importersOfEachFile(): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  const files = globSync("{packages/*/src,examples/*/src,benchmarks,test}/**/*.{ts,tsx}", {
    cwd: root,
    exclude: (name) => name === "node_modules" || name === "dist" || name === ".next",
  });
  for (const file of files) {
    for (const [, specifier] of readFileSync(`${root}/${file}`, "utf8").matchAll(imports)) {
      const imported = fileOf(specifier!, file);
      if (imported) importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return importers;
}

const imports = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+|@entity-tag\/[^"]+)"/g;

/**
 * The file in this workspace that an import leads to. A package is the folder of its name; an entry is a file of its
 * `src`.
 */
function fileOf(specifier: string, importer: string): string | undefined {
  const [, name, entry = "index"] = specifier.match(/^@entity-tag\/([^/]+)(?:\/(.+))?$/) ?? [];
  if (!name) return join(dirname(importer), specifier);
  const file = `packages/${name}/src/${entry}.ts`;
  return existsSync(`${root}/${file}`) ? file : undefined;
}
