import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { root } from "../readme/code-blocks.ts";

const files = globSync(
  "{README.md,packages/*/README.md,docs/*.md,docs/{guides,frameworks}/*.md,examples/*/src/**/*.ts}",
  {
    cwd: root,
  },
);
/** `current` as an option: alone, with a function, or in a list of options. */
const OPTION = /[{,]\s*current(?:: (?:async )?\(|,| \})/;
/** The functions that take it. */
const TAKER = /\b(?:conditional|routes?)\b/;
const WORDS = /who may read|may read and write|authorize/i;

it("every document and example that gives `current` says who may read, because no check in the handler runs", () => {
  const texts = files.map((file) => ({ file, text: readFileSync(`${root}/${file}`, "utf8") }));
  const giving = texts.filter(({ file, text }) => {
    const code = file.endsWith(".md") ? (text.match(/^```(?:ts|js)$[\s\S]*?^```$/gm) ?? []).join("\n") : text;
    return TAKER.test(code) && OPTION.test(code);
  });
  expect(giving.length).toBeGreaterThan(12);
  const silent = giving.filter(({ text }) => !WORDS.test(text.replaceAll(/\s+(?:\* )?/g, " ")));
  expect(silent.map(({ file }) => file)).toEqual([]);
});
