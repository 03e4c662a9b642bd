import type { Readable } from "node:stream";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { apps } from "./server.ts";

/** Starts a program of `apps` in workerd, with a binding, and with a country in `cf`. */
export async function startWorker(app: string): Promise<{ port: number; stop(): Promise<void> }> {
  const { outputFiles } = await build({
    entryPoints: [`${apps}/${app}.ts`],
    format: "esm",
    bundle: true,
    write: false,
  });
  const miniflare = new Miniflare({
    modules: true,
    script: outputFiles[0]!.text,
    bindings: { NAME: "worker" },
    cf: { country: "NZ" } as never,
    compatibilityDate: "2026-01-01",
    // Bodies that break on purpose fill the output with stack traces.
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume();
      stderr.resume();
    },
  });
  const { port } = await miniflare.ready;
  return { port: Number(port), stop: () => miniflare.dispose() };
}
