import type { Loop } from "./loop.ts";

/** Few enough bytes that the garbage collector does not run during a count, because that would falsify it. */
const BUDGET = 2 ** 20;
/** The time of one count, in nanoseconds. */
const COUNT_NS = 20e6;

declare const gc: ((options: { type: "minor" }) => void) | undefined;

/**
 * The bytes on the JavaScript heap that one call allocates, for a call of this many nanoseconds; `undefined` where
 * the runtime cannot tell.
 */
export async function allocationPerCall(loop: Loop, nanoseconds: number): Promise<number | undefined> {
  if (typeof gc === "undefined" || "Bun" in globalThis) return undefined;
  const most = COUNT_NS / nanoseconds;
  const roughly = await bytesPerCall(loop, Math.min(16, most));
  const calls = Math.min(10_000, most, BUDGET / roughly);
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) counts.push(await bytesPerCall(loop, calls));
  return Math.round(counts.sort((a, b) => a - b)[1]!);
}

async function bytesPerCall({ run, calls, isAsync }: Loop, wanted: number): Promise<number> {
  const times = Math.ceil(wanted / calls);
  gc!({ type: "minor" });
  const start = process.memoryUsage().heapUsed;
  const before = process.memoryUsage().heapUsed;
  if (isAsync) for (let i = 0; i < times; i++) await run();
  else for (let i = 0; i < times; i++) run();
  const after = process.memoryUsage().heapUsed;
  // Subtracts the cost of reading the gauge.
  return Math.max(0, (after - before - (before - start)) / (times * calls));
}
