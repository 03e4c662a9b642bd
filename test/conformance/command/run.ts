import { PassThrough } from "node:stream";
import { command } from "../../../packages/conformance/src/command/command.ts";
import type { Terminal } from "../../../packages/conformance/src/command/terminal.ts";

/** The output of one run of the command, and its exit status. */
export interface Printed {
  status: number;
  out: string;
  err: string;
  ms: number;
}

/** Runs the command without a terminal, as in CI. */
export async function run(args: readonly string[], input = ""): Promise<Printed> {
  const [stdout, stderr, stdin] = [collector(), collector(), new PassThrough()];
  stdin.end(input);
  const started = performance.now();
  const terminal = { stdin, stdout: stdout.stream, stderr: stderr.stream } as unknown as Terminal;
  const status = await command(args, terminal);
  return { status, out: plain(stdout.text()), err: plain(stderr.text()), ms: performance.now() - started };
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

/** The environment without colours, which it may ask for. */
const plain = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, "");
