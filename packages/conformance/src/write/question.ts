import type { Asked } from "../probe/finding.ts";
import type { Level } from "../row.ts";
import type { Verdict } from "../verdict.ts";
import type { Ground } from "./ground.ts";

/** The result of a question that writes. */
export interface Judgement {
  /** Each mistake in one sentence. */
  found: readonly string[];
  /** The level, if it is lower than the level of the question. */
  level?: Level;
  /** The verdict, if the question could not be asked. */
  verdict?: Extract<Verdict, "not applicable" | "could not be set up" | "inconclusive">;
}

/** A question that writes. */
export interface WriteQuestion extends Asked {
  /** The questions that must pass first. */
  after?: string | readonly string[];
  ask(ground: Ground): Promise<Judgement>;
}

export const right: Judgement = { found: [] };
export const wrong = (...found: string[]): Judgement => ({ found });
export const inapplicable = (reason: string): Judgement => ({ found: [reason], verdict: "not applicable" });
export const notSetUp = (reason: string): Judgement => ({ found: [reason], verdict: "could not be set up" });
