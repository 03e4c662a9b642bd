import { diffWordsWithSpace } from "diff";
import { diff3Merge } from "node-diff3";

/** A part of a merge: text that both sides agree on, or two texts for the same place. */
export type Region = { text: string } | { theirs: string; mine: string };

/** What to take where two people changed the same lines. */
export type Choice = "theirs" | "mine" | "both";

/** A piece of a text, and whether the other text lacks it. */
export interface Piece {
  text: string;
  isChanged: boolean;
}

/** Merges two texts that were made from the same base, line by line. */
export function mergeTexts(base: string, theirs: string, mine: string): Region[] {
  const regions = diff3Merge(lines(mine), lines(base), lines(theirs), { excludeFalseConflicts: true });
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
  return diffWordsWithSpace(base, text)
    .filter(({ removed }) => !removed)
    .map(({ value, added }) => ({ text: value, isChanged: added }));
}

/** Forms send line ends as CRLF, so the same text may arrive in two spellings. */
function lines(text: string): string[] {
  return text.split(/\r?\n/);
}
