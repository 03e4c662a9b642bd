import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { root } from "./code-blocks.ts";
import { packageExports } from "./package-exports.ts";

const { exports } = packageExports();

it.each([...new Set(exports.map((each) => each.package))])(
  "the README of %s names every export, types included",
  (folder) => {
    const readme = readFileSync(`${root}/packages/${folder}/README.md`, "utf8");
    const names = exports.filter((each) => each.package === folder).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  },
);
