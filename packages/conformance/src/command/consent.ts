import { createInterface } from "node:readline/promises";
import type { Terminal } from "./command.ts";
import type { Options } from "./options.ts";
import { UsageError } from "./options.ts";

/**
 * Asks the person in the terminal whether the page may be written. `--yes` has answered already.
 *
 * @throws {UsageError} without a terminal to ask in, or if the answer is not yes
 */
export async function consent({ url, yes }: Options, { stdin, stderr }: Terminal): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new UsageError(
      `--write changes ${url?.href} and puts it back: say --yes where there is no terminal to ask in`,
    );
  const lines = createInterface({ input: stdin, output: stderr });
  const question = `This writes to ${url?.href} about 30 times, then puts back what is there now.\nMay it? Type yes: `;
  const answer = await lines.question(question);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError("Nothing was written");
}
