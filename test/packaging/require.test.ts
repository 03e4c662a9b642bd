import { execFile } from "node:child_process";
import { copyFileSync, realpathSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { entries, installed, root } from "./tarballs.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);

/** Every Node that is supported. */
const nodes = {
  20: `${root}/test/node_modules/node-20/bin/node`,
  22: `${root}/test/node_modules/node-22/bin/node`,
  24: `${root}/node_modules/node/bin/node`,
};

let site: Awaited<ReturnType<typeof installed>>;
beforeAll(async () => {
  site = await installed();
  writeFileSync(`${site.folder}/entries.json`, JSON.stringify({ entries }));
  copyFileSync(`${import.meta.dirname}/programs/jest.cjs`, `${site.folder}/packages.test.js`);
  copyFileSync(`${import.meta.dirname}/programs/both-copies.mjs`, `${site.folder}/both-copies.mjs`);
  writeFileSync(`${site.folder}/require-all.cjs`, requireAll);
});
afterAll(() => site.remove());

const requireAll = `
for (const name of require("./entries.json").entries)
  if (Object.keys(require(name)).length === 0) throw new Error(name);
console.log(process.version);`;

describe.for(Object.entries(nodes))("Node %s", ([major, node]) => {
  it("requires every entry", async () => {
    const { stdout } = await run(node, ["require-all.cjs"], { cwd: site.folder });
    expect(stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  it("requires every entry where `require` cannot load an ES module", async () => {
    // Node 20 has the flag from 20.17 on.
    await run(node, ["--no-experimental-require-module", "require-all.cjs"], { cwd: site.folder });
  });

  it("lets two copies of a package recognise each other's errors and requests", async () => {
    await run(node, ["both-copies.mjs"], { cwd: site.folder });
  });
});

it("Jest requires every entry in its usual configuration, and the packages work in it", async () => {
  const jest = realpathSync(`${root}/test/node_modules/jest/bin/jest.js`);
  writeFileSync(`${site.folder}/package.json`, JSON.stringify({ name: "site", private: true }));
  const args = [jest, "--json", "--no-cache", "--silent"];
  const { stdout } = await run(nodes[24], args, { cwd: site.folder }).catch((error) => error);
  const report = JSON.parse(stdout);
  const failures = report.testResults.map(({ message }: { message: string }) => message).join("");
  expect(failures).toBe("");
  expect(report.numPassedTests).toBe(entries.length + 7);
});
