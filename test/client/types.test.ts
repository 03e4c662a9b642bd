import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../adapters/bed/server.ts";

it("a program without lib.dom compiles against the published types, with skipLibCheck: false", {
  timeout: 60_000,
}, async () => {
  const tsc = `${root}/node_modules/typescript/bin/tsc`;
  const project = `${import.meta.dirname}/types`;
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", project]).catch(
    (error) => error,
  );
  expect(stdout).toBe("");
});
