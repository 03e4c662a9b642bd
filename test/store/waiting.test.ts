import { getEventListeners } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { unlessAborted } from "../../packages/store/src/contract/waiting.ts";
import { watch } from "../../packages/store/src/contract/watching.ts";

const never = () => new Promise<never>(() => {});

test("unlessAborted rejects all work that waits for a signal, and adds no listener to the signal", async () => {
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

test("unlessAborted gives up when the time is over, and a later error of the work is not an unhandled rejection", async () => {
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

test("unlessAborted makes its early call once, and still gives up when the time is over", async () => {
  const calls: number[] = [];
  const start = performance.now();
  const early = { milliseconds: 30, call: () => calls.push(performance.now() - start) };
  const limit = { milliseconds: 60, error: () => new Error("Too late"), early };
  await expect(unlessAborted(never, undefined, limit)).rejects.toThrow("Too late");
  expect(performance.now() - start).toBeGreaterThan(50);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toBeLessThan(performance.now() - start);
  expect(await unlessAborted(async () => 7, undefined, limit)).toBe(7);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(calls).toHaveLength(1);
});

/** `performance`: whether the clock is replaced, too. It is, by default. */
describe.each([true, false])("while a test uses fake timers (clock replaced: %s)", (replacesClock) => {
  const toFake = ["setTimeout", "clearTimeout", ...(replacesClock ? ["performance"] : [])] as never;
  const limit = { milliseconds: 50, error: () => new Error("Too late") };
  const tooLate = { status: "rejected", reason: { message: "Too late" } };

  afterEach(() => {
    vi.useRealTimers();
  });

  test("unlessAborted keeps its time limit and its signal after the test has taken its timers away", async () => {
    vi.useFakeTimers({ toFake });
    const forgotten = new AbortController();
    const aborted = unlessAborted(never, forgotten.signal);
    const begun = unlessAborted(never, undefined, limit);
    vi.useRealTimers();
    const later = unlessAborted(never, undefined, limit);
    expect(await Promise.allSettled([begun, later])).toMatchObject([tooLate, tooLate]);
    forgotten.abort(new Error("Gone"));
    await expect(aborted).rejects.toThrow("Gone");
  });

  test("unlessAborted keeps the time limit of work that began before the test", async () => {
    const controller = new AbortController();
    const begun = unlessAborted(never, controller.signal, limit);
    vi.useFakeTimers({ toFake });
    const own = unlessAborted(never, undefined, limit);
    const outcomes = Promise.allSettled([begun, own]);
    vi.advanceTimersByTime(60);
    expect(await outcomes).toMatchObject([tooLate, tooLate]);
  });

  test("unlessAborted keeps its time limit and its signal when another wait throws as it is given up", async () => {
    vi.useFakeTimers({ toFake });
    const giveUp = () => {
      throw new Error("A client library failed");
    };
    const controller = new AbortController();
    const { signal } = controller;
    watch({ limit: 1, giveUp });
    watch({ signal, giveUp });
    const late = unlessAborted(never, undefined, limit);
    const left = unlessAborted(never, signal);
    const outcomes = Promise.allSettled([late, left]);
    controller.abort(new Error("Gone"));
    for (const time of [5, 25]) expect(() => vi.advanceTimersByTime(time)).toThrow("A client library failed");
    vi.advanceTimersByTime(60);
    expect(await outcomes).toMatchObject([
      { reason: { message: "Too late" } },
      { reason: { message: "Gone" } },
    ]);
  });
});

test("unlessAborted keeps its time limit and its signal when a request has ended and taken its timers with it", async () => {
  const timers: ReturnType<typeof setTimeout>[] = [];
  const { setTimeout } = globalThis;
  const kept = (...args: Parameters<typeof setTimeout>) => {
    const timer = setTimeout(...args);
    timers.push(timer);
    return timer;
  };
  vi.stubGlobal("setTimeout", kept);
  const first = new AbortController();
  const ended = unlessAborted(never, first.signal);
  for (const timer of timers) clearTimeout(timer);
  const second = new AbortController();
  const limit = { milliseconds: 1200, error: () => new Error("Too late") };
  await expect(unlessAborted(never, second.signal, limit)).rejects.toThrow("Too late");
  const left = unlessAborted(never, second.signal);
  second.abort(new Error("Gone"));
  await expect(left).rejects.toThrow("Gone");
  first.abort(new Error("Ended"));
  await expect(ended).rejects.toThrow("Ended");
  vi.unstubAllGlobals();
});
