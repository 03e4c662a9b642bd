/**
 * `npm run story`: lists the stories. `npm run story calendar`: plays one. `--without`: plays it without conditions.
 */
import { parseArgs } from "node:util";
import { play, stories } from "./stories.ts";

const USAGE = "npm run story [-- NAME [--without]]";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { without: { type: "boolean", default: false } },
});
const [name] = positionals;
if (name === undefined) {
  console.log(`Play a story with: ${USAGE}\n`);
  for (const [each, { title }] of Object.entries(stories)) console.log(`  ${each.padEnd(12)} ${title}`);
} else if (stories[name]) {
  const isColored = process.stdout.isTTY === true && !process.env.NO_COLOR;
  await play(stories[name], (line) => console.log(line), { hasConditions: !values.without, isColored });
} else {
  console.error(
    `There is no story ${JSON.stringify(name)}. Choose one of: ${Object.keys(stories).join(", ")}`,
  );
  process.exitCode = 1;
}
