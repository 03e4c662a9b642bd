import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reachable } from "../store/race/databases.ts";
import { databaseUrl, redisUrl } from "../store/race/place.ts";
import { type CodeBlock, codeBlocks, root } from "./code-blocks.ts";

/** Beside the tests' dependencies, so that every package can be imported as a user does. */
const folder = `${root}/test/readme/.blocks`;
const services = { postgres: await reachable("postgres"), redis: await reachable("redis") };
const commands = {
  node: ["node", "--disable-warning=ExperimentalWarning"],
  deno: ["deno", "run", "-A", "--unstable-kv", "--no-remote", "--cached-only", "--node-modules-dir=manual"],
  bun: ["bun", "run", "--no-install"],
};

describe("every program in a README runs as it stands", () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    // Deno takes the folder for a package of its own, and leaves the workspace alone.
    writeFileSync(`${folder}/deno.json`, "{}");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const [index, block] of codeBlocks().entries()) {
    if (block.part) continue;
    const available = block.needs === undefined || services[block.needs];
    it.skipIf(!available)(block.where, { timeout: 30_000 }, async () => {
      const file = `${folder}/block-${index}.ts`;
      writeFileSync(file, `${block.code}\n`);
      await (block.listens ? serves(block, file) : ends(block, file));
    });
  }
});

/** The program ends well, and a comment behind a `console.log` is what that line printed. */
async function ends(block: CodeBlock, file: string): Promise<void> {
  const child = start(block, file);
  const { code, output } = await ending(child);
  expect(code, output).toBe(0);
  const promised = [...block.code.matchAll(/console\.log\(.*\);? \/\/ (\S+)/g)].map((match) => match[1]);
  const printed = output.trim().split("\n");
  for (const [line, word] of promised.entries()) expect(printed[line]).toContain(word!.replace(/,$/, ""));
}

/** The program answers on its port. */
async function serves(block: CodeBlock, file: string): Promise<void> {
  const port = await freePort();
  const child = start(block, file, { PORT: String(port) });
  const ended = ending(child);
  try {
    const answered = await Promise.race([firstAnswer(port), ended]);
    if ("output" in answered) expect.fail(`It ended instead of listening: ${answered.output}`);
    expect(answered.status).toBeLessThan(500);
  } finally {
    child.kill();
    await ended;
  }
}

function start({ runtime }: CodeBlock, file: string, env: Record<string, string> = {}): ChildProcess {
  const [command, ...args] = commands[runtime] as [string, ...string[]];
  return spawn(`${root}/node_modules/.bin/${command}`, [...args, file], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ending(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((done) => child.once("close", (code) => done({ code, output })));
}

async function firstAnswer(port: number): Promise<Response> {
  for (;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}/`);
    } catch {
      await new Promise((later) => setTimeout(later, 50));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
