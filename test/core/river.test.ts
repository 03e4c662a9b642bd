import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const source = `${root}/packages/core/src`;
const decision = readFileSync(`${root}/docs/decisions/0001-a-file-per-step.md`, "utf8");
const river = decision.split("```")[1]!.match(/[\w-]+\.ts/g)!;

describe("packages/core/src is a river", () => {
  it("packages/core/src has exactly the files of decision 1", () => {
    expect(readdirSync(source).sort()).toEqual([...river].sort());
  });

  it.each(river.map((file, i) => [file, river.slice(0, i)] as const))(
    "%s imports only from files above it, and nothing from outside",
    (file, above) => {
      const text = readFileSync(`${source}/${file}`, "utf8");
      const imported = [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
      expect(imported.filter((name) => !above.includes(name.replace("./", "")))).toEqual([]);
    },
  );
});
