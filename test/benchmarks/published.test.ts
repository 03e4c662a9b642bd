import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { observe } from "../../benchmarks/judge/observe.ts";
import { thresholds } from "../../benchmarks/judge/thresholds.ts";
import { newestResults, type Results } from "../../benchmarks/measure/results.ts";
import { suiteNames } from "../../benchmarks/measure/suite-names.ts";
import { fillFigures, withoutFigures } from "../../benchmarks/publish/figures.ts";
import { pages, published } from "../../benchmarks/publish/publish.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, "benchmarks");
const publishAgain = "run `npm run bench -- --publish`";
const newest = newestResults();
if (newest === undefined) throw new Error("There are no results: run `npm run bench -- --record`");
const files = await published(newest);

describe("the published pages of the newest results", () => {
  test.each(Object.keys(files))("%s has the figures of the newest results, and no others", (file) => {
    expect(readFileSync(resolve(folder, file), "utf8") === files[file], publishAgain).toBe(true);
  });

  test("charts/ has exactly the charts of the newest results, each in light and dark", () => {
    const charts = readdirSync(resolve(folder, "charts")).map((name) => `charts/${name}`);
    expect(charts.sort()).toEqual(
      Object.keys(files)
        .filter((file) => file.startsWith("charts/"))
        .sort(),
    );
    expect(charts.length).toBeGreaterThanOrEqual(16);
    expect(charts.filter((name) => name.endsWith("-dark.svg"))).toHaveLength(charts.length / 2);
  });

  test.each(pages.map((page) => relative(root, page)))(
    "%s has the figures of the newest results between its marks",
    (page) => {
      const text = readFileSync(resolve(root, page), "utf8");
      expect(fillFigures(text, newest), publishAgain).toBe(text);
    },
  );

  test.each(pages.map((page) => relative(root, page)))(
    "%s has no figure of speed outside of marks",
    (page) => {
      const text = withoutFigures(readFileSync(resolve(root, page), "utf8"));
      expect(text.match(/\d[\d.,]*\s*(?:×|[nµ]s\b|times as fast|requests per second|req\/s)/g) ?? []).toEqual(
        [],
      );
    },
  );

  test("every chart that a page shows exists", () => {
    for (const page of pages) {
      const shown = readFileSync(page, "utf8").match(/benchmarks\/charts\/[\w-]+\.svg/g) ?? [];
      for (const chart of shown) expect(Object.keys(files)).toContain(chart.replace("benchmarks/", ""));
    }
  });
});

describe("the newest results", () => {
  test("the newest results hold every suite", () => {
    // These suites are newer than the record. The next record will have them.
    const younger: string[] = ["client", "deno-kv"];
    const recorded = suiteNames.filter((name) => !younger.includes(name) || name in newest.suites);
    expect(Object.keys(newest.suites).sort()).toEqual([...recorded].sort());
    expect(newest.quick).toBe(false);
  });

  const known = thresholds.filter(({ since = "" }) => since <= newest.recorded);
  test.each(known)("the newest results have a figure for the threshold: $what", (threshold) => {
    expect(observe(threshold, newest.suites)).toBeGreaterThanOrEqual(0);
  });

  test("the newest results have at least seven rounds of each timed case, except cases that take a tenth of a second", () => {
    const cases = Object.values(newest.suites).flatMap((suite) => suite.cases);
    for (const { name, unit, entries } of cases) {
      for (const { rounds, name: contender } of entries) {
        if (unit === "bytes" || rounds === undefined || rounds[0]! > 100e6) continue;
        expect(rounds.length, `${name}, ${contender}`).toBeGreaterThanOrEqual(7);
      }
    }
  });

  test("the newest results have the machine's processor, cores and memory, and no other fact about it", () => {
    expect(Object.keys(newest.machine).sort()).toEqual(["cores", "cpu", "memory"]);
  });
});

describe("fillFigures", () => {
  const result = { name: "c", unit: "ns" as const };
  const entries = [
    { name: "a", role: "ours" as const, rounds: [10, 10, 10] },
    { name: "b", role: "peer" as const, rounds: [200, 210, 220] },
  ];
  const results = {
    suites: { size: { about: "", cases: [{ ...result, entries }], plots: [], skipped: [] } },
  };
  const fill = (text: string) => fillFigures(text, results as unknown as Results);
  const mark = (words: string) => `<!-- bench ${words} -->`;

  test("fillFigures replaces only the figure between its marks", () => {
    const text = (figure: string) => `so ${mark("ratio | size | c | a | b")}${figure}<!-- /bench --> it is`;
    expect(fill(text("99×"))).toBe(text("21×"));
  });

  test("fillFigures knows the best peer, and a figure alone", () => {
    expect(fill(`${mark("ratio | size | c | a | the best peer")}<!-- /bench -->`)).toContain("-->21×<!--");
    expect(fill(`${mark("figure | size | c | a")}<!-- /bench -->`)).toContain("-->10.0 ns<!--");
  });

  test("fillFigures throws on a figure that the results do not have, and on a mark that is not closed", () => {
    expect(() => fill(`${mark("figure | size | c | x")}<!-- /bench -->`)).toThrow(TypeError);
    expect(() => fill(`${mark("figure | size | c | a")}1 ns`)).toThrow(TypeError);
  });
});
