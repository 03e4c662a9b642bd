import { readFileSync } from "node:fs";
import { root } from "./server.ts";

/** The programs of a document, in order: its blocks of JavaScript and TypeScript. */
export function programs(document: string): string[] {
  const [, ...parts] = readFileSync(`${root}/${document}`, "utf8").split(/^```(?:js|ts)\n/m);
  return parts.map((part) => part.slice(0, part.indexOf("```")));
}

/**
 * The words of the document about its first program: the packages to install, its file name and the command that runs
 * it.
 */
export function instructions(document: string): { install: string; file: string; run: string } {
  const text = readFileSync(`${root}/${document}`, "utf8");
  const [, install = "", file = "", run = ""] =
    /, run `(.+)`\.\sSave\sthis\sas\s`(.+)`,\sand\srun\s`(.+)`\.\n\n```/.exec(text) ?? [];
  return { install, file, run };
}
