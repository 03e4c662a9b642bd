// Runs a random tester for some minutes: npm run fuzz -- node --minutes 10 [--seed 1]
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } },
});
const testers: Record<string, (seed: number, milliseconds: number) => Promise<number>> = {
  node: async (seed, milliseconds) =>
    (await import("../test/fuzz/node-handlers.ts")).fuzzNode(seed, milliseconds),
};

const [name = ""] = positionals;
const tester = testers[name];
const minutes = Number(values.minutes);
if (tester === undefined || !(minutes > 0)) {
  console.error(`Usage: npm run fuzz -- ${Object.keys(testers).join("|")} --minutes N [--seed N]`);
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
console.log(`${name}: seed ${seed}, ${minutes} minutes`);
try {
  console.log(`${await tester(seed, minutes * 60_000)} cases, no difference`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
