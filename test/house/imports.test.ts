import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The files that each source file of a package imports, and the packages of this project. */
const imports = new Map(
  globSync("packages/*/src/**/*.ts", { cwd: root }).map((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"));
    const names = importedFiles.map(({ fileName }) => fileName);
    return [file, names.map((name) => (name.startsWith(".") ? join(dirname(file), name) : name))];
  }),
);

/** The column `may import` of the map in ARCHITECTURE.md. */
const packagesOfNode = ["fastify", "koa"];

describe("an import", () => {
  it("is found in nearly every source file, so this test reads them", () => {
    expect([...imports.values()].filter((names) => names.length > 0).length).toBeGreaterThan(200);
  });

  it("leads to no circle of files, so a package can be read from top to bottom", () => {
    const circles: string[] = [];
    const finished = new Set<string>();
    const follow = (file: string, path: string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" imports "));
      if (finished.has(file) || path.includes(file)) return;
      for (const name of imports.get(file) ?? []) follow(name, [...path, file]);
      finished.add(file);
    };
    for (const file of imports.keys()) follow(file, []);
    expect(circles).toEqual([]);
  });

  it("of another package is one that the map allows", () => {
    const others = [...imports].flatMap(([file, names]) => {
      const owner = file.split("/")[1]!;
      const mayUseNode = packagesOfNode.includes(owner);
      const isAllowed = (name: string) =>
        /^@entity-tag\/core(\/|$)/.test(name) || (mayUseNode && name === "@entity-tag/node/framework");
      const leaves = (name: string) =>
        name.startsWith("@entity-tag/")
          ? owner === "core" || !isAllowed(name)
          : name.startsWith("packages/") && !name.startsWith(`packages/${owner}/src/`);
      return names.filter(leaves).map((name) => `${file} imports ${name}`);
    });
    expect(others).toEqual([]);
  });
});
