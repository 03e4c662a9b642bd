import { createInterface } from "node:readline/promises";
import { type Options, UsageError } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks the person in the terminal whether the page may be written. With `--yes` it does not ask.
 *
 * @throws {UsageError} without a terminal to ask in, or if the answer is not yes
 */
export async function consent({ url, yes }: Options, { stdin, stderr }: Terminal): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new UsageError(
      `--write changes ${url?.href} and restores it. There is no terminal to ask in: give --yes`,
    );
  const lines = createInterface({ input: stdin, output: stderr });
  const question = `This writes to ${url?.href} about 30 times, and then restores its present content.\nType yes to continue: `;
  const answer = await lines.question(question);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError("Nothing was written");
}
