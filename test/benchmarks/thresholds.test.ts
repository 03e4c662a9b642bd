import { describe, expect, test } from "vitest";
import { holds, inWords, observe } from "../../benchmarks/judge/observe.ts";
import { type Threshold, thresholds } from "../../benchmarks/judge/thresholds.ts";
import type { SuiteResult } from "../../benchmarks/measure/results.ts";
import { suiteNames } from "../../benchmarks/measure/suite-names.ts";

describe("the table of thresholds", () => {
  test("the table has every promise of the project", () => {
    const promised = thresholds.map(({ ours, case: name, goal, ...rest }) => {
      const against = "against" in rest ? rest.against.name : rest.kind;
      return `${ours}, ${name}, ${against}: ${goal}`;
    });
    expect(promised).toEqual(
      expect.arrayContaining([
        "listIncludes, one tag, the same, the best peer: 10",
        "listIncludes, one tag, its weak spelling, the best peer: 4",
        "listIncludes, one tag, another, the best peer: 6",
        "listIncludes, ten tags, the last matches, the best peer: 1.5",
        "listIncludes, a hundred tags, none matches, the best peer: 3",
        "listIncludes, a hundred tags, none matches, one indexOf: 1.3",
        "listIncludes, 16 kB of spaces, one indexOf: 2",
        "listIncludes, 16 kB of quotes, one indexOf: 2",
        "listIncludes, 16 kB of commas, one indexOf: 2",
        "listIncludes, 16 kB of W/, one indexOf: 2",
        "listIncludes, 16 kB of tags that are ours but for the last character, one indexOf: 2",
        "evaluate, plain bag: unconditional, its reads alone: 1.3",
        "checkPreconditions of node, Node request: unconditional, fresh: 2",
        "Express with conditional(), 304 on Node, the handler knows the tag, Express: 0.95",
        "evaluate, plain bag: If-None-Match, the same tag, fresh: 5",
        "evaluate, plain bag: both dates, fresh: 3",
        "evaluate, plain bag: both dates, at most so many bytes allocated: 0",
        "parseDate, IMF-fixdate, Date.parse: 3",
        "contentTag of node, 1 kB, etag: 1.3",
        "contentTag of node, 100 kB, etag: 1",
        "contentTag of node, 1 kB, the raw SHA-256: 1.5",
        "contentTag of node, 100 kB, the raw SHA-256: 1.5",
        "checkPreconditions, 304 on Node, the handler knows the tag, node:http and one ===: 0.87",
        "conditional(), 304 on Node, the handler knows the tag, node:http and one ===: 0.8",
        "checkPreconditions, 304 on Node, the handler knows the tag, Express: 2",
        "checkPreconditions, 304 on Node, the handler knows the tag, Fastify with @fastify/etag: 1.3",
        "listIncludes, one tag in a list, at most so many bytes to load: 600",
        "evaluate, the decision, at most so many bytes to load: 2100",
        "all of @entity-tag/core, values and decisions, at most so many bytes to load: 3800",
        "@entity-tag/node, beside core, middleware on Node, at most so many bytes to load: 3000",
        ...["PostgreSQL, pg", "Redis, node-redis", "SQLite", "memory", "Deno KV"].flatMap((driver) => [
          `resource, ${driver}: PUT with If-Match, by hand: 0.9`,
          `mutate, ${driver}: a change of the value, by hand: 0.9`,
        ]),
        ...["PostgreSQL, pg", "Redis, node-redis", "SQLite"].flatMap((driver) => [
          `256 writers, ${driver}: the slowest of a hundred writers of one key, 64 writers: 6`,
          `a write of the slow one, ${driver}: a slow writer among quick ones, a write of the quick ones: 20`,
          `resource, ${driver}: a 304 of 10 MB, by hand: 0.9`,
        ]),
        "resource, Deno KV: a 304 of 64 kB, by hand: 0.9",
        "conditionalFetch, a revalidated read of 1 kB, fetch with the tag by hand: 0.87",
        "conditionalFetch, a revalidated read of 1 kB, the best peer: 1.5",
        "update, an update, a loop by hand: 0.95",
        "conditionalFetch, a client that keeps pages, at most so many bytes to load: 5000",
        "listIncludes, one tag, the same, at most so many bytes allocated: 0",
        "listIncludes, ten tags, the last matches, at most so many bytes allocated: 0",
      ]),
    );
  });

  test.each(thresholds)("the limit of --check is not stricter than the goal: $what", (threshold) => {
    const { goal, check, kind } = threshold;
    expect(suiteNames).toContain(threshold.suite);
    if (kind.includes("bytes")) expect(check).toBeGreaterThanOrEqual(goal);
    else expect(holds({ ...threshold }, goal, check)).toBe(true);
  });
});

const entry = (name: string, role: "ours" | "peer", figure: number) => ({
  ...{ name, role, rounds: [figure, figure, figure], bytes: 16, cpu: [figure * 3, figure * 3, figure * 3] },
});

function suite(unit: "ns" | "per second", ours: number, ...others: number[]): { "tag-list": SuiteResult } {
  const entries = [entry("ours", "ours", ours), ...others.map((figure, i) => entry(`p${i}`, "peer", figure))];
  return { "tag-list": { about: "", cases: [{ name: "c", unit, entries }], plots: [], skipped: [] } };
}

const base = { what: "", suite: "tag-list", case: "c", ours: "ours", goal: 2, check: 1.5 } as const;
const faster: Threshold = {
  ...base,
  kind: "at least so many times as fast",
  against: { name: "the best peer" },
};

describe("observe", () => {
  test("observe compares a time with the shortest time, and a rate with the highest rate", () => {
    expect(observe(faster, suite("ns", 10, 50, 30))).toBe(3);
    expect(observe(faster, suite("per second", 90, 10, 30))).toBe(3);
  });

  test("observe compares costs the other way round", () => {
    const cost: Threshold = { ...base, kind: "at most so many times the cost", against: { name: "p0" } };
    expect(observe(cost, suite("ns", 10, 5))).toBe(2);
  });

  test("observe judges servers by their processor time under the option", () => {
    expect(observe(faster, suite("per second", 90, 30), "processor")).toBeCloseTo(1 / 3);
  });

  test("observe returns undefined for a figure that was not measured, as after a wrong answer", () => {
    const results = suite("ns", 10);
    expect(observe(faster, results)).toBeUndefined();
    expect(observe({ ...faster, case: "another" }, results)).toBeUndefined();
    expect(observe({ ...faster, suite: "serve" }, results)).toBeUndefined();
  });

  test("observe finds the step at which a cost grows faster than its input", () => {
    const growth: Threshold = { ...base, kind: "grows at most so much faster than the input" };
    const line = { name: "ours", role: "ours" as const, values: [10, 100, 4000] };
    const plot = { name: "c", of: "", sizes: [1, 10, 100], unit: "ns" as const, lines: [line] };
    expect(observe(growth, { "tag-list": { about: "", cases: [], plots: [plot], skipped: [] } })).toBe(4);
  });
});

describe("holds", () => {
  test("holds requires a minimum speed, or a maximum cost", () => {
    expect(holds(faster, 2, 2)).toBe(true);
    expect(holds(faster, 1.9, 2)).toBe(false);
    const bytes: Threshold = { ...base, kind: "at most so many bytes to load" };
    expect(holds(bytes, 600, 600)).toBe(true);
    expect(holds(bytes, 601, 600)).toBe(false);
    expect(inWords(bytes, 600, true)).toBe("at most 600 B");
  });
});
