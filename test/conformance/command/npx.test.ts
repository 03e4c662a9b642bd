// Runs the command as a new user does: `npx` with the packed tarball, in an empty folder, on every supported Node.
// No registry is used: the one package that it needs is packed, too.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningServer, startServer } from "../probe/server.ts";

// npm installs packages here, possibly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../../..");
const nodes = {
  20: `${root}/test/node_modules/node-20/bin/node`,
  22: `${root}/test/node_modules/node-22/bin/node`,
  24: `${root}/node_modules/node/bin/node`,
  26: `${root}/test/node_modules/node-26/bin/node`,
};

const bare = mkdtempSync(join(tmpdir(), "entity-tag-npx-"));
afterAll(() => rmSync(bare, { recursive: true, force: true }));

let server: RunningServer;
let tarballs: string[];
beforeAll(async () => {
  server = await startServer();
  tarballs = ["", "/node_modules/picocolors"].map((folder) =>
    packed(`${root}/packages/conformance${folder}`),
  );
});
afterAll(() => server?.close());

function packed(folder: string): string {
  const args = ["pack", "--silent", "--pack-destination", bare];
  return join(bare, String(execFileSync("npm", args, { cwd: realpathSync(folder) })).trim());
}

/** The path of npm's own program. */
const npx = (): string => {
  const found = execFileSync("sh", ["-c", "command -v npx"], { encoding: "utf8" }).trim();
  return realpathSync(found);
};

interface Ended {
  status: number;
  out: string;
  ms: number;
}

/** `args` follow the packages on the command line of npx. */
function runNpx(major: string, node: string, ...args: readonly string[]): Promise<Ended> {
  const home = join(bare, `node-${major}`);
  const bin = join(home, "bin");
  const folder = join(home, "empty");
  for (const each of [bin, folder]) mkdirSync(each, { recursive: true });
  // The program that npx starts must use this Node.
  if (!existsSync(join(bin, "node"))) symlinkSync(realpathSync(node), join(bin, "node"));
  const packages = tarballs.flatMap((tarball) => ["--package", tarball]);
  const env = {
    PATH: `${bin}:${dirname(execFileSync("sh", ["-c", "command -v sh"], { encoding: "utf8" }).trim())}`,
    HOME: home,
    npm_config_cache: join(home, "cache"),
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };
  const started = performance.now();
  return new Promise((done) => {
    execFile(node, [npx(), "--yes", ...packages, ...args], { cwd: folder, env }, (error, out, err) =>
      done({ status: error ? Number(error.code) : 0, out: out + err, ms: performance.now() - started }),
    );
  });
}

describe.concurrent.for(Object.entries(nodes))("npx on Node %s, in an empty folder", ([major, node]) => {
  it("shows the first table within a minute", async () => {
    const { status, out, ms } = await runNpx(major, node, "entity-tag-conformance", server.url);
    expect(status, out).toBe(0);
    expect(out).toMatch(/✓ Do readers get 304s\? +Yes/);
    expect(out).toMatch(/\d+ questions: \d+ passed\./);
    expect(ms).toBeLessThan(60_000);
    console.log(`npx on Node ${major}: ${(ms / 1000).toFixed(1)} s`);

    const version = await runNpx(major, node, "-c", "node --version");
    expect(version.out).toMatch(new RegExp(`^v${major}\\.`));
    const wrong = await runNpx(major, node, "entity-tag-conformance", "http://127.0.0.1:1/");
    expect(wrong).toMatchObject({
      status: 2,
      out: "Could not run: http://127.0.0.1:1/: nothing listens at 127.0.0.1:1.\n",
    });
  });
});
