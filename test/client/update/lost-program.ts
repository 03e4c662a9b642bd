// One update whose answer is lost on a connection that was used before. It prints the outcome.
import { update } from "@entity-tag/client";

const url = process.argv.at(-1)!;
const recipe = ({ n }: { n: number }) => ({ n: n + 1 });
const lost = await update<{ n: number }>(url, recipe, { maxAttempts: 1 }).catch(({ name }: Error) => name);
console.log(JSON.stringify(lost));
process.exit(0);
