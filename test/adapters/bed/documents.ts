import { readFileSync } from "node:fs";
import { root } from "./server.ts";

/** The programs of a document, in order: its blocks of JavaScript and TypeScript. */
export function programs(document: string): string[] {
  const [, ...parts] = readFileSync(`${root}/${document}`, "utf8").split(/^```(?:js|ts)\n/m);
  return parts.map((part) => part.slice(0, part.indexOf("```")));
}

/** What the document says about its first program: what to install, what to call it and how to run it. */
export function instructions(document: string): { install: string; file: string; run: string } {
  const text = readFileSync(`${root}/${document}`, "utf8");
  const [, install = "", file = "", run = ""] = /: `(.+)`, this as `(.+)`, `(.+)`\.\n\n```/.exec(text) ?? [];
  return { install, file, run };
}
