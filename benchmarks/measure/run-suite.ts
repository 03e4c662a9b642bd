// Runs one suite in the runtime that runs this, and leaves the results in a file:
// node --expose-gc benchmarks/measure/run-suite.ts <suite> <file> <order as JSON>
import { writeFileSync } from "node:fs";
import { type Suite, scopeOf } from "./suite.ts";

const [name, file, order] = process.argv.slice(2);
const { suite }: { suite: Suite } = await import(`../suites/${name}.ts`);
console.log(`\n${name}: ${suite.about}`);
const result = await suite.run(scopeOf(JSON.parse(order!)));
for (const line of result.skipped) console.log(`\nskipped: ${line}`);
writeFileSync(file!, JSON.stringify({ about: suite.about, ...result }));
// Pools and sockets of the measured code may still be open.
process.exit(0);
