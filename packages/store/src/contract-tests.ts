import { cases } from "./contract-tests/cases.ts";
import { ledgerCases } from "./contract-tests/ledger-cases.ts";
import { octetsCases } from "./contract-tests/octets-cases.ts";
import type { Case, OptionsUnderTest, StoreUnderTest } from "./contract-tests/store-under-test.ts";

export type { Case, OptionsUnderTest, StoreUnderTest };

/** `test` of vitest, node:test or bun:test. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/**
 * Registers a test for every sentence that must be true of a store.
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
  let store: Promise<StoreUnderTest> | undefined;
  for (const { name, run } of contractCases) {
    test(name, async () => {
      store ??= Promise.resolve(setUp());
      await run(await store);
    });
  }
}

/** The same as plain data: for a runner of your own. */
export const contractCases: readonly Case[] = [...cases, ...octetsCases, ...ledgerCases];
