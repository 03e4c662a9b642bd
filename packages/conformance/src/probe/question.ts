import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import type { Asked, Group } from "./finding.ts";
import type { Known } from "./known.ts";
import type { Inquiry } from "./session.ts";

/** Sends a request and keeps its octets for the report. */
export type Send = (inquiry: Inquiry) => Promise<Answer>;

/** A question that only reads. */
export interface Question extends Asked {
  /** Why the question does not apply to this server; `undefined` if it applies. */
  missing?: ((known: Known) => string | undefined) | undefined;
  /** The questions that must pass first. If one fails, this question would only report the same mistake again. */
  after?: string | readonly string[] | undefined;
  /** True if the question is about a page that changes by itself. Then such a change does not excuse a wrong answer. */
  aboutChange?: true;
  /**
   * True if the question compares contents or lengths. Then content that changes by itself excuses a wrong answer,
   * whatever the tag is.
   */
  aboutContent?: true;
  /** Returns each mistake in one sentence. */
  ask(known: Known, send: Send): Promise<readonly string[]>;
}

/** Returns each mistake of an answer in one sentence. */
export type Judge = (answer: Answer, known: Known) => readonly string[];

/** A question of one request. */
export interface SingleQuestion extends Omit<Question, "ask" | "group"> {
  method?: string;
  lines: (known: Known) => readonly Line[];
  judge: Judge;
}

/** Puts a group of questions of one request each into the common form. */
export function single(group: Group, questions: readonly SingleQuestion[]): Question[] {
  return questions.map(({ method = "GET", lines, judge, ...asked }) => ({
    ...asked,
    group,
    ask: async (known, send) =>
      judge(await send({ method, headers: lines(known), linger: method === "HEAD" ? 20 : 0 }), known),
  }));
}

// ---- Why a question does not apply ---------------------------------------------------------------------------

export const withoutTag = ({ etag }: Known) => (etag === undefined ? "it sends no ETag" : undefined);

export const withoutStrongTag = (known: Known) =>
  withoutTag(known) ?? (known.etag?.startsWith("W/") ? "its tag is weak" : undefined);

export const withoutDate = ({ modified }: Known) =>
  modified === undefined ? "it sends no Last-Modified" : undefined;

export const withoutBoth = (known: Known) => withoutTag(known) ?? withoutDate(known);

export const withoutRanges = ({ part }: Known) =>
  part.status === 206 ? undefined : "it serves no ranges of this page";
