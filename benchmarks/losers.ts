import { globSync } from "node:fs";
import { basename } from "node:path";

/** An implementation that we tried and did not keep: a file of `losers/`. */
export interface Loser {
  name: string;
  /** The public function that it would have been. */
  of: string;
  /** Why it lost, in one line. */
  why: string;
  // biome-ignore lint/complexity/noBannedTypes: each is called as the function that it would have been
  run: Function;
}

/** All of them: each file exports `why`, and one function under the name that it would have had. */
export async function allLosers(): Promise<Loser[]> {
  const files = globSync(`${import.meta.dirname}/losers/*.ts`).sort();
  return Promise.all(
    files.map(async (file) => {
      const { why, ...functions } = await import(file);
      const [[of, run] = []] = Object.entries(functions).filter(([, value]) => typeof value === "function");
      if (of === undefined || typeof why !== "string")
        throw new TypeError(`${file} has no \`why\`, or no function`);
      return { name: basename(file, ".ts"), of, why, run: run as Loser["run"] };
    }),
  );
}

export async function losersOf(name: string): Promise<Loser[]> {
  return (await allLosers()).filter(({ of }) => of === name);
}
