import { readFileSync } from "node:fs";
import { root } from "./server.ts";

/** The programs of a document, in order: its blocks of TypeScript. */
export function programs(document: string): string[] {
  const [, ...parts] = readFileSync(`${root}/${document}`, "utf8").split("```ts\n");
  return parts.map((part) => part.slice(0, part.indexOf("```")));
}
