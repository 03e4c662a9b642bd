import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packedModules } from "../../packaging/tarballs.ts";

export const root = resolve(import.meta.dirname, "../../..");
/** Where the programs of the bed are. */
export const apps = `${root}/test/adapters/apps`;

/** A program that listens, in its own process on its own runtime. */
export interface Server {
  port: number;
  stop(): void;
  /** Its output so far. */
  output(): string;
}

/** The commands that run a program, which may collect its garbage; all they need is installed with the workspace. */
export const runtimes = {
  node: [process.execPath, "--expose-gc"],
  deno: [
    binary("deno"),
    "run",
    "--v8-flags=--expose-gc",
    "--no-remote",
    "--cached-only",
    "--node-modules-dir=manual",
    "--allow-all",
  ],
  // Without the paths of the workspace, which lead to the sources: users get the built packages.
  bun: [binary("bun"), "--no-install", `--tsconfig-override=${root}/tsconfig.base.json`],
  next: [
    process.execPath,
    "--expose-gc",
    resolve(root, "test/node_modules/next/dist/bin/next"),
    "start",
    "--port",
    "0",
  ],
} as const;

function binary(name: string): string {
  return resolve(root, "node_modules/.bin", name);
}

/** The programs to stop when the tests end in the middle. */
const running = new Set<() => void>();
process.once("exit", () => {
  for (const stop of running) stop();
});

/**
 * Where a test may write programs: beside the tests' dependencies, so that they import as a user's program does. The
 * packages are those of the tarballs.
 */
export async function programFolder(name: string): Promise<string> {
  const folder = `${root}/test/results/${name}`;
  await copyPackages(folder);
  // With this file, Deno treats the folder as a separate package, and does not change the workspace.
  writeFileSync(`${folder}/deno.json`, "{}");
  return folder;
}

/** The programs of a folder import the packages as a registry would give them. */
export async function copyPackages(folder: string): Promise<void> {
  const modules = `${folder}/node_modules`;
  rmSync(modules, { recursive: true, force: true });
  // A copy, because some frameworks and some tests remove what they find.
  cpSync(await packedModules(), modules, { recursive: true, verbatimSymlinks: true });
}

/**
 * Starts a program in a folder, `cwd`, and waits until it listens: on a port that it prints, or on the one given to it
 * as `PORT`. A runtime that is not installed is an error, not a reason to skip.
 */
export async function start(command: readonly string[], port?: number, cwd?: string): Promise<Server> {
  const [file = "", ...args] = command;
  if (!existsSync(file)) throw new Error(`${file} is not installed: npm run setup`);
  const child = spawn(file, args, {
    // Its own process group, because the commands of deno and bun are scripts that start another process.
    detached: true,
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment, ...(port !== undefined && { PORT: String(port) }) },
  });
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const stop = () => {
    if (isRunning()) process.kill(-child.pid!, "SIGKILL");
  };
  running.add(stop);
  const output = collect(child);
  const failed = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`not listening after 30 s: ${output.text}`)), 30_000).unref();
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`exited with ${code} before it listened: ${output.text}`)));
  });
  const listening = port === undefined ? printedPort(output, isRunning) : answering(port, isRunning);
  try {
    return { port: await Promise.race([listening, failed]), stop, output: () => output.text };
  } catch (error) {
    stop();
    throw error;
  }
}

const environment = { NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };

interface Output {
  text: string;
}

function collect(child: ChildProcess): Output {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes) => {
      output.text += bytes;
    });
  }
  return output;
}

async function printedPort(output: Output, isRunning: () => boolean): Promise<number> {
  while (isRunning()) {
    const port = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::\]|\[::1\]):(\d+)/.exec(
      output.text,
    )?.[1];
    if (port !== undefined) return Number(port);
    await sleep(20);
  }
  throw new Error(`ended before it listened: ${output.text}`);
}

async function answering(port: number, isRunning: () => boolean): Promise<number> {
  while (isRunning()) {
    const socket = connect(port, "localhost");
    const isOpen = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return port;
    await sleep(20);
  }
  throw new Error(`ended before it listened on ${port}`);
}
