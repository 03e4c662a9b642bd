import { describe, expect, it } from "vitest";
import { optionRows, takenOptions, wrongExamples } from "./options.ts";

const options = takenOptions();
const folders = [...new Set(options.map((option) => option.package))];

describe("the README of a package", () => {
  it("is compared with the types of the package", () => {
    expect(folders).toEqual(
      expect.arrayContaining([
        "bun",
        "client",
        "conformance",
        "core",
        "deno",
        "fastify",
        "koa",
        "next",
        "node",
        "store",
      ]),
    );
  });

  for (const folder of folders) {
    const rows = optionRows(folder);
    const taken = options.filter((option) => option.package === folder);

    it(`of ${folder} has a sentence, a default and an example for every option`, () => {
      const lacking = taken.flatMap(({ name, takenBy }) => {
        const found = rows.get(name) ?? [];
        const isWhole = (row: (typeof found)[0]) => row.what && row.default && row.example;
        return found.length > 0 && found.every(isWhole) ? [] : [`${name} of ${takenBy.join(", ")}`];
      });
      expect(lacking).toEqual([]);
    });

    it(`of ${folder} names only options that a function takes`, () => {
      const names = taken.map(({ name }) => name);
      expect([...rows.keys()].filter((name) => !names.includes(name))).toEqual([]);
    });
  }

  it("shows no example of an option that the types refuse", { timeout: 60_000 }, () => {
    const examples = options.flatMap(({ package: folder, name, types }) =>
      (optionRows(folder).get(name) ?? [])
        .filter(({ runs }) => !runs && types.length > 0)
        .map(({ example }) => ({ where: `${folder}: ${example}`, name, code: example, types })),
    );
    expect(examples.length).toBeGreaterThan(100);
    expect(wrongExamples(examples)).toEqual([]);
  });
});
