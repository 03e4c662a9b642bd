import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(resolve(root, file), "utf8");

/** Each text in backticks that is a path of this repository. A glob, or a name to be chosen, is not. */
function pathsIn(page: string): string[] {
  const quoted = [...read(page).matchAll(/`([^`\s]+)`/g)].map(([, text]) => text!);
  const isPath = (text: string) =>
    /^(packages|examples|test|benchmarks|docs|scripts|\.ci)(\/|$)/.test(text) && !/[*<>]/.test(text);
  return [...new Set(quoted.filter(isPath))];
}

describe.each(["ARCHITECTURE.md", "CONTRIBUTING.md"])("%s", (page) => {
  test.each(pathsIn(page))("names %s, which exists", (path) => {
    expect(existsSync(resolve(root, path)), path).toBe(true);
  });
});

const suite = /npx vitest run (\S+\.ts) -t "([^"]+)"/g;
test.each(
  [...read("CONTRIBUTING.md").matchAll(suite)].map(([, file, name]) => ({ file: file!, name: name! })),
)("CONTRIBUTING.md runs `$name` of $file, which exists", ({ file, name }) =>
  expect(read(file)).toContain(`it("${name}`),
);

test.each(readdirSync(resolve(root, "packages")))("ARCHITECTURE.md has packages/%s on its map", (name) => {
  expect(read("ARCHITECTURE.md")).toContain(`\`@entity-tag/${name}\``);
});

test("ARCHITECTURE.md is one page", () => {
  expect(read("ARCHITECTURE.md").split("\n").length).toBeLessThanOrEqual(80);
});

/** Where code says which decision it obeys: `decision 3`. */
const citations = globSync("{packages,examples}/*/src/**/*.ts", { cwd: root })
  .concat(
    globSync("{benchmarks,scripts,test}/**/*.ts", { cwd: root, exclude: ["**/{node_modules,results}/**"] }),
  )
  .filter((file) => !file.startsWith("test/house/"))
  .flatMap((file) =>
    [...read(file).matchAll(/\bdecision (\d+)\b/gi)].map(([, number]) => ({ file, number: Number(number) })),
  );

describe("docs/decisions", () => {
  const files = readdirSync(resolve(root, "docs/decisions")).filter((file) => /^\d{4}-/.test(file));

  test.each(files)("%s is dated, has a status, and is in the index", (file) => {
    const text = read(`docs/decisions/${file}`);
    expect(text).toMatch(
      /^# \d+\. .+\n\n\d{4}-\d{2}-\d{2}[^\n·]* · (accepted|proposed|replaced by decision \d+)/,
    );
    expect(read("docs/decisions/README.md")).toContain(`](${file})`);
  });

  test.each(files)("%s is cited by the code that obeys it, unless another decision replaced it", (file) => {
    if (/ · replaced by decision \d+/.test(read(`docs/decisions/${file}`).split("\n")[2]!)) return;
    expect(citations.map(({ number }) => number)).toContain(Number(file.slice(0, 4)));
  });

  test("code cites only decisions that exist and still hold", () => {
    const standing = files.filter(
      (file) => !read(`docs/decisions/${file}`).includes(" · replaced by decision"),
    );
    const numbers = standing.map((file) => Number(file.slice(0, 4)));
    expect(citations.filter(({ number }) => !numbers.includes(number))).toEqual([]);
    expect(citations.length).toBeGreaterThan(10);
  });

  test("no two decisions have the same number", () => {
    expect(new Set(files.map((file) => file.slice(0, 4))).size).toBe(files.length);
  });

  test.each([...files, "README.md"])("the lines of %s fit a screen", (file) => {
    const prose = read(`docs/decisions/${file}`)
      .replaceAll(/```[\s\S]*?```/g, "")
      .split("\n")
      .filter((line) => !line.startsWith("|"));
    expect(prose.filter((line) => line.length > 120)).toEqual([]);
  });
});

test.each(globSync("docs/frameworks/*.md", { cwd: root }))(
  "%s says first that a stranger must learn no tag",
  (file) => {
    const [, first = ""] = read(file).split("\n\n");
    expect(first).toMatch(/^First decide who may read/);
    expect(first.replaceAll("\n", " ")).toMatch(/\btag\b/);
  },
);

/** The names that comments refer to: `see` and a name in backticks, on one line or on two. */
const references = globSync("packages/*/src/**/*.ts", { cwd: root }).flatMap((file) =>
  [...read(file).matchAll(/\bsee(?:\s|\*|\/\/)+`(\w+)`/g)].map(([, name]) => ({ file, name: name! })),
);

test("each name that a comment refers to is in the code of its package", () => {
  expect(references.length).toBeGreaterThan(2);
  for (const { file, name } of references) {
    const sources = globSync(`${file.split("/src/")[0]}/src/**/*.ts`, { cwd: root });
    const code = sources.map((source) => read(source).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")).join("\n");
    expect(code, `${file} refers to ${name}`).toMatch(new RegExp(`\\b${name}\\b`));
  }
});
