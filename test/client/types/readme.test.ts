import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../../adapters/bed/server.ts";
import { codeBlocks } from "../../readme/code-blocks.ts";

const project = JSON.parse(readFileSync(`${import.meta.dirname}/tsconfig.json`, "utf8"));
const blocks = codeBlocks().filter(({ where }) => where.startsWith("packages/client/README.md"));

it("every program of the client's README compiles in strict TypeScript", { timeout: 60_000 }, async () => {
  const folder = `${root}/test/results/client-readme`;
  mkdirSync(folder, { recursive: true });
  const files = blocks.map((_, index) => `block-${index}.ts`);
  for (const [index, { code }] of blocks.entries()) writeFileSync(`${folder}/${files[index]}`, `${code}\n`);
  const compilerOptions = { ...project.compilerOptions, noUncheckedIndexedAccess: true, skipLibCheck: true };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files }));
  const tsc = `${root}/node_modules/typescript/bin/tsc`;
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch((error) => error);
  expect(stdout).toBe("");
});

it("the three programs of a new user have under 15 lines each", () => {
  const isOne = (code: string) =>
    ["GITHUB_API_URL", "CALENDAR_URL", "BUCKET_URL"].some((name) => code.includes(name));
  const lengths = blocks.filter(({ code }) => isOne(code)).map(({ code }) => code.split("\n").length);
  expect(lengths).toHaveLength(3);
  expect(Math.max(...lengths)).toBeLessThan(15);
});
