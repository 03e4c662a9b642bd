import type { Level } from "../row.ts";
import type { Verdict } from "../verdict.ts";

/** The groups of questions, in the order of asking and showing them. */
export const groups = {
  validators: "Validators",
  revalidation: "Revalidation with a tag",
  dates: "Revalidation with a date",
  preconditions: "Preconditions of a read",
  ranges: "Ranges and resumed downloads",
  head: "HEAD and OPTIONS",
  codings: "Codings",
  robustness: "Robustness",
  writes: "Writes",
  rows: "Rows of the standard",
} as const;

export type Group = keyof typeof groups;

/** A question, independent of the command that asks it. */
export interface Asked {
  /** The name of the question, which never changes. */
  id: string;
  group: Group;
  /** The behaviour of a correct server, in one sentence. */
  title: string;
  /** The section that demands it: of RFC 9110, unless another document is named. */
  section: string;
  level: Level;
  /** The reason, for a reader without the section. */
  why: string;
  /** The effect that users notice when a server fails. */
  notice: string;
}

/** The octets of one exchange, as Latin-1. `received` has the head and the beginning of the content. */
export interface Octets {
  sent: string;
  received: string;
}

/** The result of one question. */
export interface Finding extends Asked {
  verdict: Verdict;
  /** Each mistake in one sentence, or the reason why the question was not asked. Empty for a pass. */
  found: readonly string[];
  /** The exchanges of a question that did not pass. */
  octets: readonly Octets[];
}
