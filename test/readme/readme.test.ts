import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { programFolder, runtimes, start } from "../adapters/bed/server.ts";
import { freePort } from "../free-port.ts";
import { databaseUrl, redisUrl } from "../store/race/addresses.ts";
import { reachable } from "../store/race/databases.ts";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";
import { startSystems } from "./systems.ts";

const folder = await programFolder("readme");
const services = { postgres: await reachable("postgres"), redis: await reachable("redis") };
const { close, ...urls } = await startSystems();
afterAll(close);
Object.assign(process.env, { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, ...urls });

describe.concurrent("every program in a README runs unchanged", () => {
  for (const [index, block] of codeBlocks().entries()) {
    if (block.part) continue;
    const available = block.needs === undefined || services[block.needs];
    it.skipIf(!available)(block.where, { timeout: 60_000 }, async () => {
      const file = `${folder}/block-${index}.ts`;
      writeFileSync(file, `${block.code}\n`);
      await (block.listens ? serves(block, file) : ends(block, file));
    });
  }
});

/**
 * The program ends without an error, and each comment behind a `console.log` is the beginning of that line's output.
 */
async function ends(block: CodeBlock, file: string): Promise<void> {
  const [program = "", ...args] = commandOf(block, file);
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder });
  const promised = [...block.code.matchAll(/console\.log\(.*\);? \/\/ (\S+)/g)].map((match) => match[1]!);
  const printed = stdout.trim().split("\n");
  for (const [line, word] of promised.entries()) expect(printed[line]).toContain(word.replace(/,$/, ""));
}

/** The program answers on the port that it is given as `PORT`. */
async function serves(block: CodeBlock, file: string): Promise<void> {
  const server = await start(commandOf(block, file), await freePort());
  try {
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBeLessThan(500);
  } finally {
    server.stop();
  }
}

function commandOf({ runtime }: CodeBlock, file: string): string[] {
  return [...runtimes[runtime], ...(runtime === "deno" ? ["--unstable-kv"] : []), file];
}
