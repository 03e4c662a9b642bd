import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface Block {
  title: string;
  code: string;
}

/** The blocks of a Markdown file whose fence names a file: ```` ```ts title="pg.ts" ````. */
export function titledBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { title: string; lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const title = /^```\w+ title="([\w.-]+)"$/.exec(line)?.[1];
    if (title) open = { title, lines: [] };
    else if (open && line === "```") {
      blocks.push({ title: open.title, code: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

export function readBlocks(path: string): Block[] {
  return titledBlocks(readFileSync(resolve(import.meta.dirname, "../../..", path), "utf8"));
}
