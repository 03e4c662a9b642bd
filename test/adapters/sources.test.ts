import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./bed/server.ts";

describe.each([
  ["deno", 60],
  ["bun", 130],
  ["next", 60],
])("packages/%s/src", (name, limit) => {
  const files = globSync(`${root}/packages/${name}/src/*.ts`).map((file) => readFileSync(file, "utf8"));
  const source = files.join("\n");

  it(`the sources have at most ${limit} lines of code`, () => {
    expect(linesOfCode(source)).toBeLessThanOrEqual(limit);
  });

  it("the sources import only core", () => {
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
    const others = imported.filter(
      (specifier) => !specifier.startsWith("./") && !specifier.startsWith("@entity-tag/core"),
    );
    expect(others).toEqual([]);
  });
});

describe.each(["node", "deno", "bun", "next"])("packages/%s/src decides nothing:", (name) => {
  // The transport knows which answers have no content, but it does not know conditions.
  const source = globSync(`${root}/packages/${name}/src/**/*.ts`, { exclude: ["**/transport/*.ts"] })
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const code = withoutComments(source);

  it("the sources contain no status that conditions decide", () => {
    expect(code.match(/\b(200|204|206|304|400|412|428)\b/g)).toBeNull();
  });

  it("the sources contain no method", () => {
    expect(code.match(/"(GET|HEAD|QUERY|PUT|PATCH|POST|DELETE|OPTIONS)"/g)).toBeNull();
  });
});

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

/** Comments and blank lines never count, so that a limit does not shorten explanations. */
function linesOfCode(source: string): number {
  return withoutComments(source)
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}
