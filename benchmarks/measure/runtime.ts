import { existsSync } from "node:fs";
import { resolve } from "node:path";

export const runtimes = ["node", "bun", "deno"] as const;
export type Runtime = (typeof runtimes)[number];

/** The runtime of this process. */
export const runtime: Runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";

/**
 * The command that runs a file in a runtime: flags for V8 where the runtime has it, and the arguments before the
 * file.
 */
export function commandOf(name: Runtime, v8: readonly string[] = []): [command: string, ...args: string[]] {
  const modules = resolve(import.meta.dirname, "../../node_modules");
  if (name === "node") return [runtime === "node" ? process.execPath : `${modules}/.bin/node`, ...v8];
  if (name === "bun") return [`${modules}/.bin/bun`, "--no-install"];
  // The `deno` command of the npm package is a Node process that waits for the real one. Start the real one
  // directly where it is found.
  const deno = existsSync(`${modules}/deno/deno`) ? `${modules}/deno/deno` : `${modules}/.bin/deno`;
  const flags = ["--no-remote", "--cached-only", "--node-modules-dir=manual", "--allow-all", "--unstable-kv"];
  return [deno, "run", ...flags, ...(v8.length > 0 ? [`--v8-flags=${v8.join(",")}`] : [])];
}
