import { diffWordsWithSpace } from "diff";
import { diff3Merge } from "node-diff3";

/** A part of a merge: text that both sides agree on, or two texts for the same place. */
export type Region = { text: string } | { theirs: string; mine: string };

/** The text to take where two people changed the same lines. */
export type Choice = "theirs" | "mine" | "both";

/** A piece of a text, and whether the other text lacks it. */
export interface Piece {
  text: string;
  isChanged: boolean;
}

/** The time of a comparison grows with the square of the difference. One request must not delay the others. */
const MAX_PAIRS_OF_LINES = 250_000;
const MAX_MS_OF_WORDS = 100;

/**
 * Merges two texts that were made from the same base, line by line.
 *
 * Texts that repeat the same lines too often to be compared are one conflict: a person chooses.
 */
export function mergeTexts(base: string, theirs: string, mine: string): Region[] {
  const [ours, old, others] = [lines(mine), lines(base), lines(theirs)];
  if (pairs(old, ours) > MAX_PAIRS_OF_LINES || pairs(old, others) > MAX_PAIRS_OF_LINES) {
    return theirs === mine ? [{ text: mine }] : [{ theirs, mine }];
  }
  const regions = diff3Merge(ours, old, others, { excludeFalseConflicts: true });
  return regions.map(({ ok, conflict }) =>
    conflict ? { mine: conflict.a.join("\n"), theirs: conflict.b.join("\n") } : { text: ok!.join("\n") },
  );
}

export function conflictsOf(regions: readonly Region[]): number {
  return regions.filter((region) => !("text" in region)).length;
}

/** The merged text. `choices` has one entry for each conflict, in order; a missing one takes both texts. */
export function mergedText(regions: readonly Region[], choices: readonly (Choice | undefined)[]): string {
  let conflict = 0;
  const parts = regions.map((region) => {
    if ("text" in region) return region.text;
    const choice = choices[conflict++] ?? "both";
    if (choice === "both") return [region.theirs, region.mine].filter((text) => text !== "").join("\n");
    return region[choice];
  });
  return parts.join("\n");
}

/** The pieces of `text`, with those marked that `base` does not have. */
export function markedAgainst(base: string, text: string): Piece[] {
  const differences = diffWordsWithSpace(base, text, { timeout: MAX_MS_OF_WORDS });
  return (differences ?? [{ value: text, added: base !== text, removed: false }])
    .filter(({ removed }) => !removed)
    .map(({ value, added }) => ({ text: value, isChanged: added }));
}

/** The pieces of `text`, with those marked that at least one of the others does not have. */
export function markedAgainstBoth([one, other]: readonly [string, string], text: string): Piece[] {
  const pieces: Piece[] = [];
  const [ours, theirs] = [markedAgainst(one, text), markedAgainst(other, text)];
  for (let [a, b, left, right] = [0, 0, ours[0]?.text ?? "", theirs[0]?.text ?? ""]; a < ours.length; ) {
    // The two lists cut the text in different places. Take pieces that neither of them cuts.
    const length = Math.min(left.length, right.length);
    const isChanged = ours[a]!.isChanged || theirs[b]!.isChanged;
    if (length > 0) pieces.push({ text: left.slice(0, length), isChanged });
    left = left.slice(length);
    right = right.slice(length);
    if (left === "") left = ours[++a]?.text ?? "";
    if (right === "") right = theirs[++b]?.text ?? "";
  }
  return pieces;
}

/** How many pairs of equal lines two texts have: each is a step of the comparison. */
function pairs(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) + 1);
  return other.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}

/** Forms send line ends as CRLF, so the same text may arrive in two spellings. */
function lines(text: string): string[] {
  return text.split(/\r?\n/);
}
