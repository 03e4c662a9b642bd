import { amount, times } from "../measure/case-text.ts";
import { bestPeer, median, ratio } from "../measure/ratio.ts";
import type { CaseResult, Entry, Results } from "../measure/results.ts";
import type { SuiteName } from "../measure/suite-names.ts";

const MARK = "<!-- bench ";
const END_OF_MARK = " -->";
const END = "<!-- /bench -->";

/**
 * The text with every published figure replaced by that of these results. A figure is between two marks:
 *
 *     <!-- bench ratio | tag-list | one tag, the same | listIncludes | fresh -->21×<!-- /bench -->
 *     <!-- bench figure | size | the decision | evaluate -->1,980 B<!-- /bench -->
 *
 * `ratio`: how many times better the first is than the second, which may be `the best peer`. `figure`: that of the
 * first alone.
 *
 * @throws {TypeError} on a mark that is not closed, or that names something that was not measured
 */
export function fillFigures(text: string, results: Results): string {
  const [before = "", ...parts] = text.split(MARK);
  return before + parts.map((part) => MARK + filled(part, results)).join("");
}

/** The text without the content of its marks. */
export function withoutFigures(text: string): string {
  const [before = "", ...parts] = text.split(MARK);
  return before + parts.map((part) => part.slice(part.indexOf(END) + END.length)).join("");
}

function filled(part: string, results: Results): string {
  const [mark, end] = [part.indexOf(END_OF_MARK), part.indexOf(END)];
  if (mark < 0 || end < mark) throw new TypeError(`Not closed: ${MARK}${part.slice(0, 80)}`);
  const words = part.slice(0, mark);
  return `${words}${END_OF_MARK}${figure(words, results)}${part.slice(end)}`;
}

function figure(words: string, { suites }: Results): string {
  const [kind, suite, name, ...contenders] = words.split("|").map((word) => word.trim());
  const result = suites[suite as SuiteName]?.cases.find((result) => result.name === name);
  const [first, second] = contenders.map((contender) => result && entryOf(contender, result)?.rounds);
  if (result !== undefined && first !== undefined) {
    if (kind === "figure") return amount(median(first), result.unit);
    if (kind === "ratio" && second !== undefined) return times(ratio(first, second, result.unit).median);
  }
  throw new TypeError(`The newest results have no figure for: ${words}`);
}

function entryOf(contender: string, result: CaseResult): Entry | undefined {
  return contender === "the best peer"
    ? bestPeer(result)
    : result.entries.find((entry) => entry.name === contender);
}
