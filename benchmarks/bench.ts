// npm run bench -- --help
import { Argument, Command, Option } from "commander";
import { check } from "./judge/check.ts";
import { compare } from "./judge/compare.ts";
import { emptyResults, newestResults, type Results, readResults, writeResults } from "./measure/results.ts";
import { type Runtime, runtimes } from "./measure/runtime.ts";
import type { Order } from "./measure/suite.ts";
import { type SuiteName, suiteNames } from "./measure/suite-names.ts";
import { measureSuite } from "./measure/suite-process.ts";
import { publish } from "./publish/publish.ts";

interface Options {
  quick?: boolean;
  json?: boolean;
  runtime?: Runtime;
  check?: boolean;
  record?: boolean;
  publish?: boolean;
  compare?: string;
}

const FULL: Order = { pace: { rounds: 9, slice: 3, warmUp: 80, requests: 50_000, load: 200 }, plots: true };
const QUICK: Order = { pace: { rounds: 7, slice: 1, warmUp: 20, requests: 5000, load: 60 }, plots: false };

await new Command("npm run bench --")
  .description(
    "Measures @entity-tag/* against every peer that answers correctly. It takes seven to eleven minutes.",
  )
  .addArgument(new Argument("[suites...]", "only these").choices(suiteNames))
  .option("--quick", "shorter rounds, servers cold and on Node alone, no plots: about three minutes")
  .addOption(new Option("--runtime <name>", "measure under this runtime only").choices(runtimes))
  .option("--json", "print the results as JSON, and the tables to the standard error")
  .option("--check", "measure only what the thresholds need; status 1 if one fails three times")
  .option("--compare <results.json>", "show what changed since those results")
  .option("--record", "keep the results in results/, and publish them")
  .option("--publish", "write README.md and the charts again from the newest results, without measuring")
  .action(main)
  .parseAsync();

async function main(suites: SuiteName[], options: Options, command: Command): Promise<void> {
  if (options.check) {
    process.exitCode = (await check()) ? 0 : 1;
    return;
  }
  if (options.publish) {
    const newest = newestResults();
    if (newest === undefined)
      command.error("Cannot publish: there are no results yet. Measure with --record");
    return publish(newest);
  }
  const isPartial = suites.length > 0 || options.quick || options.runtime;
  if (options.record && isPartial)
    command.error("Cannot record a part: leave out suites, --quick and --runtime");
  const before = options.compare === undefined ? undefined : readResults(options.compare);
  const results = await measure(suites.length > 0 ? suites : suiteNames, options);
  if (options.json) console.log(JSON.stringify(results));
  if (before) console.log(compare(before, results));
  if (options.record) {
    const file = writeResults(results);
    console.log(`\n${file}`);
    // Reads the results again, because what is published has only the digits that are kept.
    await publish(readResults(file));
  }
}

async function measure(names: readonly SuiteName[], { quick, json, runtime }: Options): Promise<Results> {
  const order = quick ? { ...QUICK, runtime: runtime ?? "node" } : { ...FULL, runtime };
  const results = emptyResults(quick === true);
  for (const name of names) {
    results.suites[name] = await measureSuite(name, runtime ?? "node", order, json ? 2 : 1);
  }
  return results;
}
