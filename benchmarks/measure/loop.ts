import { do_not_optimize, measure } from "mitata";
import type { Contender } from "../contenders/contender.ts";

/** The calls of one contender on one input. */
export interface Loop {
  run(): unknown;
  /** How many calls `run` makes. */
  calls: number;
  isAsync: boolean;
}

/** A loop that the engine has optimized. */
export interface WarmLoop extends Loop {
  /** How many times `run` runs between two reads of the clock: about a fifth of a millisecond. */
  batch: number;
}

/** This many copies of each input take turns, so that no engine can compute an answer in advance. */
const COPIES = 8;
/** Above this many bytes, copies cost more than they prove. */
const TOO_LARGE_TO_COPY = 1_000_000;
/** From this many nanoseconds per call on, the cost of the loop does not matter. */
const SLOW = 10_000;
const BATCH = 200_000;

interface Loops {
  single: Loop;
  /** One run uses all copies, so that changing to the next copy costs nothing. */
  whole: Loop;
}

/**
 * The timed function belongs to this contender and this input alone. So the engine can optimize it, as it does in a
 * server that has one of them.
 */
export function loopOver<Input, Answer>(contender: Contender<Input, Answer>, input: Input): Loops {
  const copies = input instanceof Uint8Array && input.length > TOO_LARGE_TO_COPY ? 1 : COPIES;
  const ring = Array.from({ length: copies }, () => contender.prepare(structuredClone(input)));
  const isAsync = contender.run(ring[0]) instanceof Promise;
  const compiled = (body: string): (() => unknown) =>
    new Function("answer", "ring", "keep", `let i = 0; return () => { ${body} }; // ${++serial}`)(
      contender.run,
      ring,
      do_not_optimize,
    );
  const one = `const given = answer(ring[i = (i + 1) % ${copies}]); keep(given); return given;`;
  const all = ring.map((_, i) => `keep(answer(ring[${i}]));`).join(" ");
  return {
    single: { run: compiled(one), calls: 1, isAsync },
    whole: { run: compiled(all), calls: copies, isAsync },
  };
}
let serial = 0;

/** Runs it for this many milliseconds of processor time, until the engine has optimized it. */
export async function warm({ single, whole }: Loops, milliseconds: number): Promise<WarmLoop> {
  const batch = await warmOne(single, milliseconds / 2);
  if (single.isAsync || BATCH / batch > SLOW) return { ...single, batch };
  return { ...whole, batch: await warmOne(whole, milliseconds / 2) };
}

/**
 * Counts the processor time of this thread. By the wall clock, a busy machine would shorten the warm-up.
 */
async function warmOne({ run, isAsync }: Loop, milliseconds: number): Promise<number> {
  const enough = spent() + milliseconds;
  let batch = 1;
  for (;;) {
    const start = performance.now();
    if (isAsync) for (let i = 0; i < batch; i++) await run();
    else for (let i = 0; i < batch; i++) run();
    const nanoseconds = ((performance.now() - start) * 1e6) / batch;
    batch = batchFor(nanoseconds);
    if (spent() >= enough) return batch;
  }
}

/** The time of one call, in nanoseconds. */
export async function timeOnce({ run, calls, batch }: WarmLoop, slice: number): Promise<number> {
  const stats = await measure(run, {
    min_cpu_time: slice * 1e6,
    min_samples: 3,
    batch_samples: batch,
    batch_threshold: 100_000,
    gc: false,
  });
  return stats.p50 / calls;
}

function batchFor(nanoseconds: number): number {
  return 2 ** Math.min(12, Math.max(2, Math.round(Math.log2(BATCH / nanoseconds))));
}

/** Milliseconds of processor time. */
function spent(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}
