import { existsSync } from "node:fs";
import { resolve } from "node:path";

export const runtimes = ["node", "bun", "deno"] as const;
export type Runtime = (typeof runtimes)[number];

/** What runs this. */
export const runtime: Runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";

/** The command that runs a file in a runtime, with these flags for V8 where it has one, and the arguments before the file. */
export function commandOf(name: Runtime, v8: readonly string[] = []): [command: string, ...args: string[]] {
  const modules = resolve(import.meta.dirname, "../../node_modules");
  if (name === "node") return [runtime === "node" ? process.execPath : `${modules}/.bin/node`, ...v8];
  if (name === "bun") return [`${modules}/.bin/bun`, "--no-install"];
  // The command of Deno's package is a Node that waits for the real one: go there at once where it is.
  const deno = existsSync(`${modules}/deno/deno`) ? `${modules}/deno/deno` : `${modules}/.bin/deno`;
  const flags = ["--no-remote", "--cached-only", "--node-modules-dir=manual", "--allow-all"];
  return [deno, "run", ...flags, ...(v8.length > 0 ? [`--v8-flags=${v8.join(",")}`] : [])];
}
