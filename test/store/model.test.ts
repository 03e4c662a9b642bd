import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  initial,
  type Model,
  type Patience,
  type State,
  type Step,
  stepsFrom,
  take,
} from "./model/protocol.ts";
import { replay, replayUnder } from "./model/replay.ts";
import { search } from "./model/search.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Each client makes at most two attempts, and sends each request at most twice. */
const stubborn: Patience = { attempts: 2, resends: 1 };
const once: Patience = { attempts: 1, resends: 0 };

describe.each([
  ["two", [stubborn, stubborn], 1_000],
  ["three", [stubborn, { attempts: 1, resends: 1 }, once], 4_000],
])("a model of %s clients, whose every state is visited,", (_, clients, least) => {
  test("applies no change twice when the store has a ledger", () => {
    const { states, counterexample } = search({ clients, hasLedger: true });
    expect(counterexample).toBeUndefined();
    expect(states).toBeGreaterThan(least);
  });
});

test("without a ledger the model applies a change twice, and so does the real resource, step by step", async () => {
  const model: Model = { clients: [stubborn, once], hasLedger: false };
  const { counterexample } = search(model);
  expect(counterexample!.length).toBeLessThanOrEqual(12);
  const { applied } = await replay(model, counterexample!);
  expect(Math.max(...applied)).toBe(2);
});

test("with a ledger the real resource does what the model does, step by step, on any walk", async () => {
  const model: Model = { clients: [stubborn, stubborn, stubborn], hasLedger: true };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 10, maxLength: 24 }), async (choices) => {
      const steps = walk(model, choices);
      const { applied } = await replay(model, steps);
      expect(Math.max(...applied)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});

test("with a ledger the real resource does what the model does, in any order that a scheduler chooses", async () => {
  const model: Model = { clients: [stubborn, stubborn, once], hasLedger: true };
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const { applied, clients } = await replayUnder(scheduler, model);
      longest = Math.max(longest, ...clients.map(({ attempt }) => attempt));
      expect(Math.max(...applied)).toBe(1);
    }),
    { numRuns: 100 },
  );
  expect(longest, "no client was overtaken, so no client began again").toBe(2);
});

test("without a ledger a scheduler finds a change that the real resource applies twice", async () => {
  const model: Model = { clients: [stubborn, stubborn, once], hasLedger: false };
  const { failed } = await fc.check(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const { applied } = await replayUnder(scheduler, model);
      return Math.max(...applied) < 2;
    }),
    { numRuns: 5000, endOnFailure: true },
  );
  expect(failed).toBe(true);
});

/** The sequence of steps that these numbers choose. */
function walk(model: Model, choices: readonly number[]): Step[] {
  const steps: Step[] = [];
  let state: State = initial(model);
  for (const choice of choices) {
    const possible = stepsFrom(model, state);
    if (possible.length === 0) break;
    const step = possible[choice % possible.length]!;
    steps.push(step);
    state = take(model, state, step);
  }
  return steps;
}
