import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { rows } from "@entity-tag/conformance";
import { describe, expect, it, vi } from "vitest";
import { root, runtimes } from "../adapters/bed/server.ts";

// These start whole test runners, possibly on a busy machine. Vitest itself runs runners/vitest.test.ts.
vi.setConfig({ testTimeout: 60_000 });

const folder = `${root}/test/conformance/runners`;
const [deno, , ...denoFlags] = runtimes.deno;
const [bun, ...bunFlags] = runtimes.bun;

const runners: Record<string, { command: readonly string[]; passed: RegExp }> = {
  "node:test": {
    command: [process.execPath, "--test", "--test-reporter=tap", `${folder}/node_test.ts`],
    passed: /^# pass (\d+)$/m,
  },
  "bun test": { command: [bun, "test", ...bunFlags, `${folder}/bun_test.ts`], passed: /^ *(\d+) pass$/m },
  "deno test": {
    command: [deno, "test", ...denoFlags, "--no-check", `${folder}/deno_test.ts`],
    passed: /(\d+) passed/,
  },
};

interface Outcome {
  ok: boolean;
  output: string;
}

function outcome(command: readonly string[], broken: "0" | "1"): Promise<Outcome> {
  const [file = "", ...args] = command;
  const { NODE_OPTIONS: _, VITEST: __, NODE_TEST_CONTEXT: ___, ...own } = process.env;
  const env = { ...own, NO_COLOR: "1", BROKEN: broken };
  return new Promise((done) => {
    execFile(file, args, { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ ok: error === null, output: stdout + stderr }),
    );
  });
}

describe.concurrent.each(Object.entries(runners))("the rows in %s", (_, { command, passed }) => {
  it("each row is one test, and a correct server passes all of them", async () => {
    const { ok, output } = await outcome(command, "0");
    expect(passed.exec(output)?.[1], output.slice(-2000)).toBe(String(rows.length));
    expect(ok).toBe(true);
  });

  it("a server without conditions fails many", async () => {
    const { ok, output } = await outcome(command, "1");
    expect(ok).toBe(false);
    expect(Number(passed.exec(output)?.[1])).toBeLessThan(rows.length - 200);
    expect(output).toContain(
      "If-Match refuses a stale DELETE (§13.1.1, strong-comparison-9): 200 instead of 412",
    );
  });
});

it("the README shows the line of each runner that is used here", () => {
  const readme = readFileSync(`${root}/packages/conformance/README.md`, "utf8");
  const programs = globSync(`${folder}/*test.ts`).map((file) => readFileSync(file, "utf8"));
  const shown = [...readme.matchAll(/^\| (vitest|`\S+(?: test)?`) \| `(.+test.+)` \|$/gm)].map(
    ([, , line]) => line!,
  );
  expect(shown).toHaveLength(4);
  for (const line of shown)
    expect(
      programs.filter((program) => program.includes(line)),
      line,
    ).toHaveLength(1);
});
