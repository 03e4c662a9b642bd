import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./bed/server.ts";

// The transport handles how a runtime sends an answer. It has a limit of its own, because it grows with the runtime,
// while the code that translates must stay short.
describe.each([
  ["deno", "src", 60],
  ["bun", "src", 130],
  ["bun", "src/transport", 40],
  ["next", "src", 60],
])("packages/%s/%s", (name, folder, limit) => {
  const files = globSync(`${root}/packages/${name}/${folder}/*.ts`).map((file) => readFileSync(file, "utf8"));
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
  // The transport knows which answers have no content, and which are parts. It does not know conditions.
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

describe.each(["node", "bun"])("packages/%s/src/transport", (name) => {
  const source = withoutComments(
    globSync(`${root}/packages/${name}/src/transport/*.ts`)
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  );

  it("the transport names no condition, and no status that only conditions give", () => {
    expect(
      source.match(/\bif-(match|none-match|modified-since|unmodified-since|range)\b|\b(412|428)\b/gi),
    ).toBeNull();
  });

  it("the transport imports no judgement", () => {
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
    const others = imported.filter(
      (specifier) => !/^(\.\/|\.\.\/message\.ts$|node:|@entity-tag\/core)/.test(specifier),
    );
    expect(others).toEqual([]);
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
