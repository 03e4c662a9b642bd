import { ask, type Case, type Contender } from "../contenders/contender.ts";
import { allocationPerCall } from "./allocation.ts";
import { loopOver, timeOnce, warm } from "./loop.ts";
import { median } from "./ratio.ts";
import type { CaseResult, Entry } from "./results.ts";

/** How long it takes, in milliseconds. */
export interface Pace {
  rounds: number;
  /** The time of each contender in each round. */
  slice: number;
  /** The processor time of each contender before the first round, so that engines optimize it. */
  warmUp: number;
  /**
   * Requests to each server before the first round: an engine needs 25,000 to optimize Express, and more with
   * middleware.
   */
  requests: number;
  /** The time of each server and store in each round. */
  load: number;
}

/** A contender that needs longer for one answer, in nanoseconds, is not timed again: its first figure counts. */
const ONCE_IS_ENOUGH = 100e6;

/** Asks each contender, then times those that answer correctly. The rounds alternate between them. */
export async function measureCase<Input, Answer>(
  question: Case<Input, Answer>,
  contenders: readonly Contender<Input, Answer>[],
  { rounds, slice, warmUp }: Pace,
): Promise<CaseResult> {
  const entries: Entry[] = [];
  const timed: { entry: Entry & { rounds: number[] }; loop: Awaited<ReturnType<typeof warm>> }[] = [];
  for (const contender of contenders) {
    if (contender.prepare(structuredClone(question.input)) === undefined) continue;
    const { wrong, nanoseconds } = await ask(contender, question);
    const entry: Entry = { name: contender.name, role: contender.role };
    if (wrong !== undefined) entry.wrong = wrong;
    else if (question.askedOnly) continue;
    else if (nanoseconds > ONCE_IS_ENOUGH) entry.rounds = [nanoseconds];
    else {
      const loop = await warm(loopOver(contender, question.input), warmUp);
      timed.push({ entry: Object.assign(entry, { rounds: [] }), loop });
    }
    entries.push(entry);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { entry, loop } of timed) entry.rounds.push(await timeOnce(loop, slice));
  }
  for (const { entry, loop } of timed) {
    const bytes = await allocationPerCall(loop, median(entry.rounds));
    if (bytes !== undefined) entry.bytes = bytes;
  }
  return { name: question.name, unit: "ns", entries };
}
