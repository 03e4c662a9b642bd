// Writes docs/stories.md: every story, played with conditions and without. `npm run stories:write`
import { writeFileSync } from "node:fs";
import { play, stories } from "../examples/systems/src/stories.ts";
import { root } from "./command.ts";

const parts = [
  "# Stories",
  "",
  "Each story plays on a real server. `npm run story` lists them. This page is written by `npm run stories:write`.",
];
for (const [name, story] of Object.entries(stories)) {
  const lines: string[] = [];
  await play(story, (line) => lines.push(line));
  const without: string[] = [];
  await play(story, (line) => without.push(line), { hasConditions: false });
  parts.push("", `## ${story.title}`, "", "```text", `$ npm run story ${name}`, ...lines, "```", "");
  parts.push(
    "Without conditions, the same story ends like this:",
    "",
    "```text",
    `$ npm run story ${name} -- --without`,
    ...without.slice(-2),
    "```",
  );
}
writeFileSync(`${root}/docs/stories.md`, `${parts.join("\n")}\n`);
