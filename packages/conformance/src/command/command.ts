import pc from "picocolors";
import { explainCommand } from "../explain/command.ts";
import { CannotRun } from "../probe/known.ts";
import { jsonReport } from "../report/json.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import { visible } from "../report/octets.ts";
import { exitStatus, type Report } from "../report/report.ts";
import { terminalReport } from "../report/terminal.ts";
import { askAdapter } from "./against.ts";
import { help } from "./help.ts";
import { type Options, readOptions, UsageError } from "./options.ts";
import { progressOn } from "./progress.ts";
import { askServer } from "./server.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";
import { watching } from "./watch.ts";

/**
 * Runs the command. Returns the exit status: 0, 1 if a MUST fails, 2 if the server could not be tested or a page not
 * restored.
 */
export async function command(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    if (args[0] === "explain") return await explainCommand(args.slice(1), terminal);
    const options = readOptions(args);
    if (options === "help") terminal.stdout.write(help);
    if (options === "version") terminal.stdout.write(`${version}\n`);
    if (typeof options === "string") return 0;
    return await (options.watch
      ? watching(() => once(options, terminal), terminal.stderr)
      : once(options, terminal));
  } catch (error) {
    return refuse(error, terminal);
  }
}

async function once(options: Options, terminal: Terminal): Promise<0 | 1 | 2> {
  const progress = progressOn(terminal.stderr);
  const started = performance.now();
  try {
    const ask = options.against === undefined ? askServer : askAdapter;
    const { report, isRestored = true } = await ask(options, progress, terminal);
    progress.clear();
    terminal.stdout.write(
      `${printed({ ...report, seconds: (performance.now() - started) / 1000 }, options)}\n`,
    );
    return isRestored ? exitStatus(report) : 2;
  } catch (error) {
    progress.clear();
    if (error instanceof CannotRun) error.message = `${options.target}: ${error.message}`;
    return refuse(error, terminal);
  }
}

function printed(report: Report, { format }: Options): string {
  if (format === "json") return jsonReport(report);
  if (format === "junit") return junitReport(report);
  if (format === "markdown") return markdownReport(report);
  return terminalReport(report, pc);
}

/** One line for a wrong call, or for a server that does not answer. Any other error is a defect of this package. */
function refuse(error: unknown, { stderr }: Terminal): 2 {
  if (error instanceof UsageError)
    stderr.write(`${error.message}${/[.?]$/.test(error.message) ? "" : "."} See --help.\n`);
  else if (error instanceof CannotRun) stderr.write(`Could not run: ${visible(error.message)}.\n`);
  else throw error;
  return 2;
}
