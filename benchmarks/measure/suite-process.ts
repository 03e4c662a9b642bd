import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SuiteResult } from "./results.ts";
import { commandOf, type Runtime } from "./runtime.ts";
import type { Order } from "./suite.ts";
import type { SuiteName } from "./suite-names.ts";

/**
 * The main thread optimizes at once. A compiler thread would wait for a core on a busy machine, and so change the
 * figures.
 */
const V8 = ["--expose-gc", "--no-concurrent-recompilation"];
/** Measured on one runtime only: the clients and the bundler are the same everywhere, and Deno KV is in Deno. */
const always: Readonly<Partial<Record<SuiteName, Runtime>>> = {
  serve: "node",
  client: "node",
  size: "node",
  "deno-kv": "deno",
};

/**
 * Measures a suite in a process of its own, so that no suite inherits the engine's optimizations from another. Its
 * tables go to the standard output, to the standard error, or nowhere.
 */
export async function measureSuite(
  name: SuiteName,
  runtime: Runtime,
  order: Order,
  tablesTo: 1 | 2 | "ignore" = 1,
): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), "entity-tag-bench-"));
  const file = join(folder, "results.json");
  try {
    const [command, ...args] = commandOf(always[name] ?? runtime, V8);
    const script = join(import.meta.dirname, "run-suite.ts");
    const child = spawn(command, [...args, script, name, file, JSON.stringify(order)], {
      stdio: ["ignore", tablesTo, 2],
    });
    const [status] = await once(child, "exit");
    if (status !== 0) throw new Error(`The suite ${name} ended with ${status} on ${runtime}`);
    return JSON.parse(readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
