import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { requirements } from "./requirements.ts";

describe("the requirements", () => {
  it("are those of four systems", () => {
    expect([...requirements.keys()]).toEqual(["tririga", "mdn", "calendar", "oracle-hcm"]);
  });

  for (const [system, sentences] of requirements) {
    const source = readFileSync(new URL(`./${system}.test.ts`, import.meta.url), "utf8").replaceAll("\\", "");
    it.each(sentences)(`of ${system} have a test named after: %s`, (text) => {
      expect(source).toMatch(new RegExp(`sentence\\(\\s*["'\`]${escaped(text)}["'\`]`));
    });
  }
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
