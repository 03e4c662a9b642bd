import { wrongArgument } from "./contract/given.ts";
import { answerCases } from "./contract-tests/answer-cases.ts";
import { contentionCases } from "./contract-tests/contention-cases.ts";
import { failureCases } from "./contract-tests/failure-cases.ts";
import { keyCases } from "./contract-tests/key-cases.ts";
import { ledgerCases } from "./contract-tests/ledger-cases.ts";
import { octetsCases } from "./contract-tests/octets-cases.ts";
import { readCases } from "./contract-tests/read-cases.ts";
import type { Case, Fault, OptionsUnderTest, StoreUnderTest } from "./contract-tests/store-under-test.ts";
import { swapCases } from "./contract-tests/swap-cases.ts";
import { valueCases } from "./contract-tests/value-cases.ts";

export type { Case, Fault, OptionsUnderTest, StoreUnderTest };

/** The `test` function of vitest, node:test or bun:test. */
export type TestFunction = (
  name: string,
  run: (...context: unknown[]) => Promise<void>,
  timeout: number,
) => unknown;

/** In milliseconds. The default of some runners is five seconds, which a locked database may take. */
const TIMEOUT = 60_000;

/**
 * Registers one test for each sentence of the store contract.
 *
 * @example
 * import { test } from "node:test";
 *
 * contractTests(test, async () => ({ open: async (options) => memoryStore(options) }));
 */
export function contractTests(
  test: TestFunction,
  setUp: () => StoreUnderTest | Promise<StoreUnderTest>,
): void {
  if (typeof test !== "function")
    throw wrongArgument("contractTests()", test, "the test function of your runner");
  if (typeof setUp !== "function")
    throw wrongArgument("contractTests()", setUp, "a function that opens a store: async () => ({ open })");
  let store: Promise<StoreUnderTest> | undefined;
  for (const { name, run } of contractCases) {
    // Rest parameters, because `bun test` waits for a callback if the function names a parameter.
    const runOnStore = async (...[context]: unknown[]) => {
      store ??= Promise.resolve(setUp());
      if ((await run(await store)) === "skipped") skip(context);
    };
    test(name, runOnStore, TIMEOUT);
  }
}

/** Shows the test as skipped, where the context of the runner can do so: in vitest and node:test. */
function skip(context: unknown): void {
  (context as { skip?(reason: string): void } | undefined)?.skip?.("This store does not have what it tests");
}

/** The same cases as plain data, for another test runner. */
export const contractCases: readonly Case[] = [
  ...swapCases,
  ...valueCases,
  ...keyCases,
  ...readCases,
  ...contentionCases,
  ...octetsCases,
  ...ledgerCases,
  ...answerCases,
  ...failureCases,
];
