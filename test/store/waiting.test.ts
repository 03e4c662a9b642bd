import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { unlessAborted } from "../../packages/store/src/contract/waiting.ts";
import { watch } from "../../packages/store/src/contract/watching.ts";

const never = () => new Promise<never>(() => {});

test("unlessAborted rejects all that waits on a signal, without a listener on it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = [unlessAborted(never, signal), unlessAborted(never, signal), unlessAborted(never, signal)];
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  const reason = new Error("The client left");
  controller.abort(reason);
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes).toEqual(Array(3).fill({ status: "rejected", reason }));
});

test("unlessAborted does not begin the work when the signal has aborted", async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await expect(unlessAborted(work, AbortSignal.abort(new Error("Gone")))).rejects.toThrow("Gone");
  expect(begun).toBe(false);
});

test("unlessAborted passes on the result, the error, and an error that the work throws at once", async () => {
  const { signal } = new AbortController();
  const limit = { milliseconds: 60_000, error: () => new Error("Too late") };
  expect(await unlessAborted(async () => 7, signal, limit)).toBe(7);
  await expect(unlessAborted(() => Promise.reject(new Error("No")), signal, limit)).rejects.toThrow("No");
  const throws = () => {
    throw new Error("At once");
  };
  await expect(unlessAborted(throws, signal, limit)).rejects.toThrow("At once");
});

test("unlessAborted gives up when the time is over, and a later error of the work is no unhandled one", async () => {
  let fail: (reason: Error) => void = () => {};
  const work = () =>
    new Promise<never>((_, reject) => {
      fail = reject;
    });
  const limit = { milliseconds: 5, error: () => new Error("Too late") };
  await expect(unlessAborted(work, undefined, limit)).rejects.toThrow("Too late");
  fail(new Error("Later"));
  await new Promise((resolve) => setTimeout(resolve));
});

test("unlessAborted keeps its time limit after a test with fake timers has taken its timer away", async () => {
  vi.useFakeTimers();
  const forgotten = new AbortController();
  const first = unlessAborted(never, forgotten.signal);
  vi.useRealTimers();
  const limit = { milliseconds: 5, error: () => new Error("Too late") };
  await expect(unlessAborted(never, undefined, limit)).rejects.toThrow("Too late");
  forgotten.abort(new Error("Gone"));
  await expect(first).rejects.toThrow("Gone");
});

test("unlessAborted keeps its time limit when another wait throws as it is given up", async () => {
  vi.useFakeTimers();
  const giveUp = () => {
    throw new Error("A client library failed");
  };
  watch({ end: performance.now(), signal: undefined, giveUp });
  const limit = { milliseconds: 5, error: () => new Error("Too late") };
  const outcome = expect(unlessAborted(never, undefined, limit)).rejects.toThrow("Too late");
  expect(() => vi.advanceTimersByTime(25)).toThrow("A client library failed");
  vi.advanceTimersByTime(25);
  await outcome;
  vi.useRealTimers();
});
