import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const folder = resolve(import.meta.dirname, "../../benchmarks");

/** Each folder imports only from those before it. */
const order = ["contenders", "measure", "judge", "publish", "stores", "servers", "suites"];

const files = globSync("*/**/*.ts", { cwd: folder, exclude: ["node_modules/**"] }).sort();

test("the benchmarks have exactly the folders of the order in this test", () => {
  expect([...new Set(files.map(placeOf))].sort()).toEqual([...order].sort());
});

test.each(files)("%s imports from folders before its own", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const imports = [...text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map(([, path]) =>
    join(dirname(file), path!),
  );
  const later = imports.filter((path) => order.indexOf(placeOf(path)) > order.indexOf(placeOf(file)));
  expect(later).toEqual([]);
});

test.each(files)("%s is not imported by a file that it imports", (file) => {
  expect(reachableFrom(file)).not.toContain(file);
});

function placeOf(file: string): string {
  return file.split(/[\\/]/)[0]!;
}

function reachableFrom(file: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(join(folder, file), "utf8");
  for (const [, path] of text.matchAll(/from "(\.[^"]+)"/g)) {
    const next = join(dirname(file), path!);
    if (found.has(next)) continue;
    found.add(next);
    reachableFrom(next, found);
  }
  return found;
}
