import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../docs/requirements.md", import.meta.url), "utf8");

/** The sentences of `docs/requirements.md` by system, each on one line. */
export const requirements: ReadonlyMap<string, readonly string[]> = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      const bullets = lines.join("\n").split(/^- /m).slice(1);
      const text = bullets.map((bullet) => bullet.replaceAll(/\s+/g, " ").trim());
      return [heading.split(":")[0]!, text.flatMap((bullet) => bullet.split(/(?<=[.])\s+(?=[A-Z0-9`])/))];
    }),
);

/** The title of a test: a sentence of the page, word for word. */
export function sentence(text: string): string {
  if ([...requirements.values()].some((sentences) => sentences.includes(text))) return text;
  throw new Error(`docs/requirements.md has no such sentence: ${text}`);
}
