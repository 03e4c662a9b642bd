import type { Terminal } from "../command/command.ts";

/** Explains one request. */
export async function explainCommand(_args: readonly string[], _terminal: Terminal): Promise<0 | 1 | 2> {
  return 2;
}
