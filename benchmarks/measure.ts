import { do_not_optimize, measure } from "mitata";
import { allocationPerCall } from "./allocation.ts";
import { ask, type Case, type Contender } from "./contender.ts";
import { median } from "./ratio.ts";
import type { CaseResult, Entry } from "./results.ts";

/** How long it takes: in each round every contender has `slice` milliseconds, and every server and store `load`. */
export interface Pace {
  rounds: number;
  slice: number;
  load: number;
}

/** A question, asked once more. */
export type Call = () => unknown;

/** So many copies of each input take turns, a power of two: no engine may work out an answer once and for all. */
const COPIES = 8;
/** Beyond this many bytes a copy costs more than it can prove. */
const TOO_LARGE_TO_COPY = 1_000_000;
/** Microseconds of processor. With half of it, engines have been seen to optimize in the fifth round. */
const WARM_UP = 40_000;
/** Whoever needs longer for one answer, in nanoseconds, has given his figure with it. */
const ONCE_IS_ENOUGH = 100e6;

/** Asks every contender, then times those that answer rightly, in rounds that alternate between them. */
export async function measureCase<Input, Answer>(
  question: Case<Input, Answer>,
  contenders: readonly Contender<Input, Answer>[],
  pace: Pace,
): Promise<CaseResult> {
  const entries: Entry[] = [];
  const timed: { entry: Entry; call: Call }[] = [];
  for (const contender of contenders) {
    if (contender.prepare(structuredClone(question.input)) === undefined) continue;
    const { wrong, nanoseconds } = await ask(contender, question);
    const entry: Entry = { name: contender.name, role: contender.role };
    if (wrong !== undefined) entry.wrong = wrong;
    else if (question.askedOnly) continue;
    else if (nanoseconds > ONCE_IS_ENOUGH) entry.rounds = [nanoseconds];
    else timed.push({ entry, call: callOf(contender, question.input) });
    entries.push(entry);
  }
  const calls = timed.map(({ call }) => call);
  const rounds = await timeRounds(calls, pace);
  for (const [i, { entry, call }] of timed.entries()) {
    entry.rounds = rounds[i]!;
    const bytes = await allocationPerCall(call, median(entry.rounds));
    if (bytes !== undefined) entry.bytes = bytes;
  }
  return { name: question.name, unit: "ns", entries };
}

/** Nanoseconds for one call of each, round by round. */
export async function timeRounds(
  calls: readonly Call[],
  { rounds, slice }: Pick<Pace, "rounds" | "slice">,
): Promise<number[][]> {
  const batches: number[] = [];
  for (const call of calls) batches.push(await warm(call));
  const times = calls.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, call] of calls.entries()) times[i]!.push(await timeOnce(call, slice, batches[i]!));
  }
  return times;
}

/**
 * A function that belongs to this contender and this input alone, so that the engine may learn about it, as it does in
 * a server that has one of them.
 */
function callOf<Input, Answer>(contender: Contender<Input, Answer>, input: Input): Call {
  const copies = input instanceof Uint8Array && input.length > TOO_LARGE_TO_COPY ? 1 : COPIES;
  const ring = Array.from({ length: copies }, () => contender.prepare(structuredClone(input)));
  const source = `let i = 0;
    return () => { const answer = run(ring[i = (i + 1) & ${copies - 1}]); keep(answer); return answer; };
    // ${++serial}`;
  return new Function("run", "ring", "keep", source)(contender.run, ring, do_not_optimize);
}
let serial = 0;

/**
 * Lets the engine optimize, and finds how many calls make up about a fifth of a millisecond. It counts this thread's
 * processor time: by the clock, a busy machine would cut short what engines need to see of a function.
 */
async function warm(call: Call): Promise<number> {
  const enough = spent() + WARM_UP;
  const isAsync = call() instanceof Promise;
  let batch = 1;
  for (;;) {
    const start = performance.now();
    if (isAsync) for (let i = 0; i < batch; i++) await call();
    else for (let i = 0; i < batch; i++) call();
    const nanoseconds = ((performance.now() - start) * 1e6) / batch;
    if (spent() >= enough) return batchFor(nanoseconds);
    batch = batchFor(nanoseconds);
  }
}

/** Microseconds of processor. */
function spent(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}

function batchFor(nanoseconds: number): number {
  const power = Math.round(Math.log2(200_000 / nanoseconds));
  return 2 ** Math.min(12, Math.max(2, power));
}

async function timeOnce(call: Call, slice: number, batch: number): Promise<number> {
  const stats = await measure(call, {
    min_cpu_time: slice * 1e6,
    min_samples: 3,
    batch_samples: batch,
    batch_threshold: 100_000,
    gc: false,
  });
  return stats.p50;
}
