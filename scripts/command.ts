import { spawn } from "node:child_process";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

export interface Outcome {
  ok: boolean;
  /** Its whole output; empty if it went to the terminal. */
  output: string;
  seconds: number;
}

/** Runs a command of the workspace at the root. Its output is kept, or goes straight to the terminal. */
export function run(command: readonly string[], show?: "shown"): Promise<Outcome> {
  const started = performance.now();
  const output = show ? "inherit" : "pipe";
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH}` },
    stdio: ["ignore", output, output],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  }
  return new Promise((done) => {
    const end = (ok: boolean) => done({ ok, output: text, seconds: (performance.now() - started) / 1000 });
    child.on("error", (error) => {
      text += error.message;
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}
