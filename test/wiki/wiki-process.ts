import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const programs = resolve(import.meta.dirname, "../../examples/wiki/src");

/** The wiki as `npm start` starts it: its own process, on a free port, with its own SQLite file. */
export interface WikiProcess {
  origin: string;
  /** Its output until it was ready. */
  said: string;
  /** Its errors so far. */
  complaints(): string;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** `program`: "main.ts" is what `npm start` runs, "many.ts" what `npm run start:many` runs. */
export async function startWiki(
  env: Record<string, string> = {},
  program: "main.ts" | "many.ts" = "main.ts",
): Promise<WikiProcess> {
  const folder = mkdtempSync(join(tmpdir(), "wiki-"));
  const child = spawn(process.execPath, [join(programs, program)], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: "", REDIS_URL: "", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const said = await output(child);
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0];
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { origin, said, complaints: () => complaints, child, stop };
}

/** The output up to the last line of the greeting. */
function output(child: ChildProcess): Promise<string> {
  let text = "";
  return new Promise((done, fail) => {
    const read = (chunk: Buffer) => {
      text += chunk;
      if (text.includes("save in both")) done(text);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("close", () => fail(new Error(`The wiki did not start: ${text}`)));
  });
}
