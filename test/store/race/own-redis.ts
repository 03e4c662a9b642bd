import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../free-port.ts";

/** A Redis that a test may stop, fill and kill. Its data outlives it, as its options say. */
export interface OwnRedis {
  url: string;
  start(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Whether a Redis can be started here; otherwise one line says what is missing. */
export function canStartRedis(): boolean {
  const hasServer = spawnSync("redis-server", ["--version"]).status === 0;
  if (!hasServer) console.warn("SKIPPED: a Redis of its own. To run these tests: install redis-server");
  return hasServer;
}

export async function ownRedis(options: readonly string[] = []): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...options];
  let server: ReturnType<typeof spawn> | undefined;
  const own: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      server = spawn("redis-server", args, { stdio: "ignore" });
      while (!answers(port)) await sleep(20);
    },
    async kill() {
      if (!server || server.exitCode !== null) return;
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
      server = undefined;
    },
    async close() {
      await own.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await own.start();
  return own;
}

function answers(port: number): boolean {
  return (
    spawnSync("redis-cli", ["-p", String(port), "ping"])
      .stdout?.toString()
      .trim() === "PONG"
  );
}
