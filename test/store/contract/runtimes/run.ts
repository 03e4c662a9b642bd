import { contractCases as cases, type StoreUnderTest } from "@entity-tag/store/contract-tests";

/** Runs every case outside of a test runner, and prints one line of JSON for each. */
export async function runAll(driver: StoreUnderTest, more: typeof cases = []): Promise<void> {
  for (const { name, run } of [...cases, ...more]) {
    const error = await run(driver).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
    );
    console.log(JSON.stringify({ name, error }));
  }
}
