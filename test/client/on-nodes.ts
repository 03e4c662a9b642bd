import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { root } from "../adapters/bed/server.ts";

export const run = promisify(execFile);

/** Every Node that is supported. */
export const nodes = {
  20: `${root}/test/node_modules/node-20/bin/node`,
  22: `${root}/test/node_modules/node-22/bin/node`,
  24: `${root}/node_modules/node/bin/node`,
};

/** Programs in one file each, because Node 20 runs no TypeScript. */
export async function bundled(programs: readonly string[]): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "client-on-nodes-"));
  await build({
    entryPoints: programs.map((program) => `${import.meta.dirname}/${program}`),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    entryNames: "[name]",
    ...{ bundle: true, format: "esm", platform: "node", target: "node20" },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
