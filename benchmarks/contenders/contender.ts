/** What a contender is to the question: `floor` answers nothing, it is what no answer can be cheaper than. */
export type Role = "ours" | "peer" | "by hand" | "floor" | "loser";

/** One way to answer a question, called as its users call it. */
export interface Contender<Input, Answer> {
  name: string;
  role: Role;
  /** What its user has in hand when the question comes, made outside the clock. `undefined`: it has no such function. */
  // biome-ignore lint/suspicious/noExplicitAny: each library wants something else, and gives it back to itself alone
  prepare(input: Input): any;
  // biome-ignore lint/suspicious/noExplicitAny: what `prepare` made
  run(prepared: any): unknown;
  /** The answer, where it is not what `run` gives as it stands. */
  ask?(input: Input): Promise<Answer>;
}

/** One input, with the only right answer to it. */
export interface Case<Input, Answer> {
  /** A sentence about the input. */
  name: string;
  input: Input;
  answer: Answer;
  /** Only asked: it tells right from wrong, and its cost interests nobody. */
  askedOnly?: boolean;
}

/** What came of asking once: how it fails, in words, if it does; and the nanoseconds it took, cold. */
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
