import { type Case, cases, type Driver } from "../cases.ts";

/** Runs every case outside of a test runner, and prints one line of JSON for each. */
export async function runAll(driver: Driver, more: Case[] = []): Promise<void> {
  for (const { name, run } of [...cases, ...more]) {
    const error = await run(driver).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
    );
    console.log(JSON.stringify({ name, error }));
  }
}
