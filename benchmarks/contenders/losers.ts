import { globSync } from "node:fs";
import { basename } from "node:path";
import type { Contender } from "./contender.ts";

/** An implementation that we tried and did not keep: a file in `losers/`, which exports `why` and one function. */
export interface Loser {
  name: string;
  /** The name of the public function that it would have replaced. */
  of: string;
  /** Why it lost, in one line. */
  why: string;
  // biome-ignore lint/suspicious/noExplicitAny: each has the signature of the function that it would have replaced
  run: (...args: any[]) => any;
}

export async function allLosers(): Promise<Loser[]> {
  const files = globSync(`${import.meta.dirname}/losers/*.ts`).sort();
  return Promise.all(
    files.map(async (file) => {
      const { why, ...functions } = await import(file);
      const [[of, run] = []] = Object.entries(functions).filter(([, value]) => typeof value === "function");
      if (of === undefined || typeof why !== "string") {
        throw new TypeError(
          `${file} is not a loser: export \`why\`, a line of text, and the function that lost`,
        );
      }
      return { name: basename(file, ".ts"), of, why, run: run as Loser["run"] };
    }),
  );
}

/** The losers of this function, with the inputs of ours. */
export async function losersOf<Input, Answer>(
  of: string,
  asked: (run: Loser["run"]) => Pick<Contender<Input, Answer>, "prepare" | "run">,
): Promise<Contender<Input, Answer>[]> {
  const losers = (await allLosers()).filter((loser) => loser.of === of);
  return losers.map(({ name, run }) => ({ name, role: "loser", ...asked(run) }));
}
