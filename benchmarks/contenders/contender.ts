/**
 * The role of a contender. A `floor` does not answer: it is work that every answer needs, so no answer can be
 * cheaper.
 */
export type Role = "ours" | "peer" | "by hand" | "floor" | "loser";

/** One way to answer a question, called as its users call it. */
export interface Contender<Input, Answer> {
  name: string;
  role: Role;
  /**
   * Makes the objects that a user already has when the question comes; this is not timed. `undefined`: it has no such
   * function.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own input, and only that library receives it
  prepare(input: Input): any;
  // biome-ignore lint/suspicious/noExplicitAny: the result of `prepare`
  run(prepared: any): unknown;
  /** Reads the answer from the result of `run`, where that is not the answer itself. */
  ask?(input: Input): Promise<Answer>;
}

/** One input, with the only right answer to it. */
export interface Case<Input, Answer> {
  /** A sentence about the input. */
  name: string;
  input: Input;
  answer: Answer;
  /** Checked, but not timed: it shows only whether the answer is right. */
  askedOnly?: boolean;
}

/**
 * The result of asking once: how the answer is wrong, in words, if it is; and the time of this cold call, in
 * nanoseconds.
 */
export interface Asked {
  wrong?: string;
  nanoseconds: number;
}

export async function ask<Input, Answer>(
  contender: Contender<Input, Answer>,
  { input, answer }: Case<Input, Answer>,
): Promise<Asked> {
  const prepared = contender.prepare(structuredClone(input));
  const start = performance.now();
  try {
    const given = await (contender.ask ? contender.ask(input) : contender.run(prepared));
    const nanoseconds = (performance.now() - start) * 1e6;
    if (contender.role === "floor" || Object.is(given, answer)) return { nanoseconds };
    return { nanoseconds, wrong: `${shown(given)} instead of ${shown(answer)}` };
  } catch (error) {
    return { nanoseconds: 0, wrong: `throws ${error instanceof Error ? error.name : String(error)}` };
  }
}

function shown(answer: unknown): string {
  return answer === undefined ? "undefined" : JSON.stringify(answer);
}
