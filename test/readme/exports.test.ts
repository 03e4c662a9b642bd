import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";
import { type PackageExport, packageExports } from "./package-exports.ts";

const { exports, checker } = packageExports();

describe.each([...new Set(exports.map((each) => each.package))])("the README of %s", (folder) => {
  const readme = readFileSync(`${root}/packages/${folder}/README.md`, "utf8");

  it("names every export, types included", () => {
    const names = exports.filter((each) => each.package === folder).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  it("says what the package does not do", () => {
    expect(readme).toMatch(/^## (Limits|What it does not do)\n\n\S/m);
  });
});

describe("the docstrings", () => {
  it("exist for every export", () => {
    const undocumented = exports.filter(({ symbol }) => symbol.getDocumentationComment(checker).length === 0);
    expect(undocumented.map(({ package: folder, name }) => `${folder}: ${name}`)).toEqual([]);
  });

  it("show an example of every function", () => {
    const functions = exports.filter(({ symbol }) => symbol.flags & ts.SymbolFlags.Function);
    const hasExample = ({ symbol }: PackageExport) =>
      symbol.getJsDocTags(checker).some(({ name }) => name === "example");
    expect(functions.length).toBeGreaterThan(100);
    expect(functions.filter((each) => !hasExample(each)).map(({ name }) => name)).toEqual([]);
  });
});

it("the API reference has every entry of every package", () => {
  const { entryPoints } = JSON.parse(readFileSync(`${root}/typedoc.json`, "utf8"));
  const entries = new Set(exports.map(({ file }) => file.slice(root.length + 1)));
  expect([...entries].filter((entry) => !entryPoints.includes(entry))).toEqual([]);
});
