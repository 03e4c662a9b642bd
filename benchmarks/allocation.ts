import type { Call } from "./measure.ts";

/** Few enough bytes that the collector, which would falsify the count, has no cause to run in between. */
const BUDGET = 2 ** 20;
/** Nanoseconds, for one count. */
const PATIENCE = 20e6;

declare const gc: ((options: { type: "minor" }) => void) | undefined;

/** Bytes on the JavaScript heap for one call of so many nanoseconds; `undefined` where the runtime cannot tell. */
export async function allocationPerCall(call: Call, nanoseconds: number): Promise<number | undefined> {
  if (typeof gc === "undefined" || "Bun" in globalThis) return undefined;
  const isAsync = call() instanceof Promise;
  const few = Math.ceil(Math.min(16, PATIENCE / nanoseconds));
  const calls = Math.ceil(
    Math.min(10_000, PATIENCE / nanoseconds, BUDGET / (await bytesPerCall(call, few, isAsync))),
  );
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) counts.push(await bytesPerCall(call, calls, isAsync));
  return Math.round(counts.sort((a, b) => a - b)[1]!);
}

async function bytesPerCall(call: Call, times: number, isAsync: boolean): Promise<number> {
  gc!({ type: "minor" });
  const start = process.memoryUsage().heapUsed;
  const before = process.memoryUsage().heapUsed;
  if (isAsync) for (let i = 0; i < times; i++) await call();
  else for (let i = 0; i < times; i++) call();
  const after = process.memoryUsage().heapUsed;
  // What reading the gauge costs is taken off.
  return Math.max(0, (after - before - (before - start)) / times);
}
