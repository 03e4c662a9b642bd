import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./bed/server.ts";

describe.each(["deno", "bun", "next"])("packages/%s/src", (name) => {
  const files = globSync(`${root}/packages/${name}/src/*.ts`).map((file) => readFileSync(file, "utf8"));
  const source = files.join("\n");

  it("is at most 100 lines, comments included", () => {
    expect(files.flatMap((text) => text.trimEnd().split("\n")).length).toBeLessThanOrEqual(100);
  });

  it("imports core and nothing else", () => {
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
    const others = imported.filter(
      (specifier) => !specifier.startsWith("./") && !specifier.startsWith("@entity-tag/core"),
    );
    expect(others).toEqual([]);
  });

  it("decides nothing: no status is in it", () => {
    expect(source.match(/\b(200|206|304|400|412|428)\b/g)).toBeNull();
  });
});
