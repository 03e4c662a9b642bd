import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";
import { packageExports } from "./package-exports.ts";

const { exports } = packageExports();

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
