// The README promises that the contract runs on anyone's own store, in vitest, node:test or bun test.
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { contractTests, type TestFunction } from "@entity-tag/store/contract-tests";
import { memoryStore } from "@entity-tag/store/memory";
import { afterAll, describe, expect, it, test, vi } from "vitest";
import { programFolder, runtimes } from "../adapters/bed/server.ts";
import { codeBlocks } from "../readme/code-blocks.ts";

// Whole test runners, possibly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = await programFolder("own-driver");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program in the README: a store of a user's own, and the contract on it. */
const program = codeBlocks().find(({ code }) => code.includes("contractTests(test"))!.code;
/** The same store, whose check and write are two steps. */
const racing = program.replace(
  "const info =",
  "await new Promise((done) => setTimeout(done, 1));\n      const info =",
);

const runners: Record<string, { from: string; command: readonly string[] }> = {
  "node:test": { from: "node:test", command: [process.execPath, "--test"] },
  "bun test": { from: "bun:test", command: [runtimes.bun[0], "test"] },
};

describe.concurrent.each(Object.entries(runners))("the contract under %s", (name, { from, command }) => {
  const run = (code: string, file: string) => {
    const path = `${folder}/${name.replace(/\W/g, "-")}-${file}.test.ts`;
    writeFileSync(path, code.replace('"node:test"', JSON.stringify(from)));
    const { NODE_OPTIONS: _, VITEST: __, NODE_TEST_CONTEXT: ___, ...env } = process.env;
    const [binary = "", ...args] = command;
    return new Promise<{ isPassed: boolean; output: string }>((done) => {
      execFile(binary, [...args, path], { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
        done({ isPassed: error === null, output: stdout + stderr }),
      );
    });
  };

  it("passes for the store in the README", async () => {
    const { isPassed, output } = await run(program, "right");
    expect(isPassed, output.slice(-2000)).toBe(true);
    expect(Number(/^[#ℹ]? *pass (\d+)|^ *(\d+) pass/m.exec(output)?.slice(1).join(""))).toBeGreaterThan(20);
    // Bun has no way to skip a test that runs already.
    if (name === "node:test") expect(Number(/^[#ℹ] skipped (\d+)/m.exec(output)?.[1])).toBeGreaterThan(10);
  });

  it("fails for a store that checks in one step and writes in another", async () => {
    expect(racing).not.toBe(program);
    expect((await run(racing, "racing")).isPassed).toBe(false);
  });
});

describe("the contract under vitest", () => {
  const vitests: TestFunction = test;
  const skipped: string[] = [];
  /** As vitest calls it, but this suite counts a skipped test as failed. */
  const noting: TestFunction = (name, run, timeout) =>
    vitests(name, () => run({ skip: (reason: string) => skipped.push(`${name}: ${reason}`) }), timeout);
  contractTests(noting, async () => ({ open: async (options) => memoryStore(options) }));

  it("skips a case whose function the author did not give, and no other of a whole store", () => {
    expect(skipped).toHaveLength(6);
    expect(skipped).toContain(
      "a database that is full causes a 507, and nothing is written: This store does not have what it tests",
    );
  });
});
