import { times } from "../measure/case-text.ts";
import { ratio } from "../measure/ratio.ts";
import type { CaseResult, Entry, Results } from "../measure/results.ts";
import { suiteNames } from "../measure/suite-names.ts";

/** A smaller change means nothing, even if the rounds agree closely. */
const NOISE = 0.1;

/**
 * The changes between two results, in words. It compares only ratios to a contender that both runs timed, because
 * absolute times depend more on the machine's load than on the code.
 */
export function compare(before: Results, after: Results): string {
  const lines = suiteNames.flatMap((name) => {
    const pairs = (after.suites[name]?.cases ?? []).map((now) => {
      const then = before.suites[name]?.cases.find((result) => result.name === now.name);
      return then === undefined ? [] : changesIn(then, now).map((change) => `  ${name}: ${change}`);
    });
    return pairs.flat();
  });
  const head = `\nFrom ${titleOf(before)} to ${titleOf(after)}`;
  return [head, ...(lines.length > 0 ? lines : ["  no change is larger than the noise"])].join("\n");
}

function changesIn(before: CaseResult, after: CaseResult): string[] {
  return after.entries
    .filter(({ role, rounds }) => role === "ours" && rounds !== undefined)
    .flatMap((now) => {
      const then = before.entries.find(({ name }) => name === now.name);
      if (then?.rounds === undefined) return [`${after.name}: ${now.name} is new`];
      const change =
        after.unit === "bytes" ? changeOfSize(then, now) : changeOfTime(before, after, then, now);
      const bytes = then.bytes === now.bytes ? undefined : `${then.bytes} B allocated, now ${now.bytes} B`;
      return [change, bytes]
        .filter((text) => text !== undefined)
        .map((text) => `${after.name}: ${now.name}, ${text}`);
    });
}

function changeOfSize(then: Entry, now: Entry): string | undefined {
  const [was, is] = [then.rounds![0]!, now.rounds![0]!];
  return was === is ? undefined : `${was} B, now ${is} B`;
}

/** Compares the ratio of ours to another contender, if the quartiles of the two runs do not overlap. */
function changeOfTime(before: CaseResult, after: CaseResult, then: Entry, now: Entry): string | undefined {
  const other = referenceIn(before, after);
  if (other === undefined) return undefined;
  const [was, is] = [ratioTo(before, then, other), ratioTo(after, now, other)];
  const isApart = was.high < is.low || is.high < was.low;
  const part = is.median / was.median - 1;
  if (!isApart || Math.abs(part) < NOISE) return undefined;
  const percent = Math.round(Math.abs(part) * 100);
  return `${times(was.median)} as fast as ${other}, now ${times(is.median)}: ${percent} % ${part > 0 ? "faster" : "slower"}`;
}

function ratioTo(result: CaseResult, ours: Entry, other: string) {
  return ratio(ours.rounds!, result.entries.find(({ name }) => name === other)!.rounds!, result.unit);
}

/**
 * A floor, because its code does not change between two commits; otherwise another contender that both runs timed.
 */
function referenceIn(before: CaseResult, after: CaseResult): string | undefined {
  const timed = (result: CaseResult) => result.entries.filter(({ rounds }) => rounds !== undefined);
  const names = new Set(timed(before).map(({ name }) => name));
  const both = timed(after).filter(({ name, role }) => role !== "ours" && names.has(name));
  return (both.find(({ role }) => role === "floor") ?? both[0])?.name;
}

function titleOf({ commit, recorded, changed }: Results): string {
  return `${commit}${changed ? " with changes" : ""} (${recorded.slice(0, 10)})`;
}
