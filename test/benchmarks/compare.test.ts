import { expect, test } from "vitest";
import { compare } from "../../benchmarks/judge/compare.ts";
import type { Entry, Results } from "../../benchmarks/measure/results.ts";

const results = (commit: string, ...figures: [name: string, role: Entry["role"], rounds: number[]][]) =>
  ({
    ...{ commit, recorded: "2026-11-22T00:00:00.000Z", changed: false },
    suites: {
      evaluate: {
        ...{ about: "", plots: [], skipped: [] },
        cases: [
          {
            ...{ name: "c", unit: "ns" },
            entries: figures.map(([name, role, rounds]) => ({ name, role, rounds, bytes: 0 })),
          },
        ],
      },
    },
  }) as unknown as Results;

test("compare says which part became slower than an unchanged one, whatever the speed of the machine", () => {
  const before = results("a", ["evaluate", "ours", [10, 10, 10]], ["fresh", "peer", [50, 50, 50]]);
  const after = results("b", ["evaluate", "ours", [40, 40, 40]], ["fresh", "peer", [100, 100, 100]]);
  expect(compare(before, after)).toContain("c: evaluate, 5.0× as fast as fresh, now 2.5×: 50 % slower");
});

test("compare reports no change on a machine that is twice as slow in all cases", () => {
  const before = results("a", ["evaluate", "ours", [10, 11, 10]], ["fresh", "peer", [50, 52, 50]]);
  const after = results("b", ["evaluate", "ours", [20, 21, 20]], ["fresh", "peer", [100, 103, 100]]);
  expect(compare(before, after)).toContain("no change is larger than the noise");
});

test("compare does not report a change that is smaller than the spread of the rounds", () => {
  const before = results("a", ["evaluate", "ours", [10, 10, 10]], ["fresh", "peer", [30, 50, 70]]);
  const after = results("b", ["evaluate", "ours", [10, 10, 10]], ["fresh", "peer", [35, 60, 75]]);
  expect(compare(before, after)).toContain("no change is larger than the noise");
});

test("compare reports a new case", () => {
  const before = results("a", ["fresh", "peer", [50]]);
  const after = results("b", ["evaluate", "ours", [10]], ["fresh", "peer", [50]]);
  expect(compare(before, after)).toContain("c: evaluate is new");
});
