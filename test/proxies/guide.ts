import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const guide = readFileSync(resolve(import.meta.dirname, "../../docs/guides/proxies.md"), "utf8");

/** The block of configuration in the guide, which readers copy. */
export function blockOf(language: string): string {
  const block = new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``).exec(guide)?.[1];
  if (block === undefined) throw new Error(`The guide has no block of ${language}`);
  return block;
}

/** The cells of a product's row in the guide's table: its name, its tag, its setting and its other effects. */
export function rowOf(product: string): string[] {
  const row = guide.split("\n").find((line) => line.startsWith(`| ${product} |`));
  if (row === undefined) throw new Error(`The guide has no row for ${product}`);
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
