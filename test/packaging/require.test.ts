import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { entries, installed } from "./tarballs.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let site: Awaited<ReturnType<typeof installed>>;
beforeAll(async () => {
  site = await installed();
});
afterAll(() => site.remove());

it("require loads every entry where it cannot load an ES module, as in Jest", async () => {
  const program = `for (const name of ${JSON.stringify(entries)}) if (Object.keys(require(name)).length === 0) throw new Error(name);`;
  writeFileSync(`${site.folder}/program.cjs`, program);
  const args = ["--no-experimental-require-module", "program.cjs"];
  await expect(promisify(execFile)(process.execPath, args, { cwd: site.folder })).resolves.toBeDefined();
});
