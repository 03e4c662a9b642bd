import { fstatSync, statSync, watch } from "node:fs";

/** Runs at once, and again after changes of files below this folder have stopped. Ctrl+C ends it. */
export async function watching(run: () => Promise<0 | 1 | 2>, stderr: NodeJS.WriteStream): Promise<never> {
  let hasChanged = false;
  let wake = () => {};
  watch(process.cwd(), { recursive: true }, (_event, file) => {
    if (file === null || /(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(file) || isOurs(file)) return;
    hasChanged = true;
    wake();
  });
  for (;;) {
    await run();
    stderr.write("Waiting for a change below this folder. Ctrl+C ends.\n");
    // A change during the previous run counts, too.
    if (!hasChanged) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    // A server that restarts on a change needs some time, and an editor writes several files.
    await new Promise((resolve) => setTimeout(resolve, 500));
    hasChanged = false;
  }
}

/**
 * Whether this command wrote the file: a report, as in `--watch > report.json`, or a page that could not be restored.
 */
function isOurs(file: string): boolean {
  if (/(^|[\\/])entity-tag-conformance-\d+\.body$/.test(file)) return true;
  try {
    const { dev, ino } = statSync(file);
    return [1, 2].map((fd) => fstatSync(fd)).some((output) => output.dev === dev && output.ino === ino);
  } catch {
    return false;
  }
}
