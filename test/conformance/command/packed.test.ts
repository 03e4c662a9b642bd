import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { content, startServer } from "../probe/server.ts";

const folder = mkdtempSync(join(tmpdir(), "entity-tag-packed-"));
const source = resolve(import.meta.dirname, "../../../packages/conformance");
const main = join(folder, "node_modules/@entity-tag/conformance/dist/main.js");

/** Installs the packed files and the one package that they need, as npm does. */
beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source });
  const home = join(folder, "node_modules/@entity-tag/conformance");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["xzf", join(folder, String(packed).trim()), "--strip-components=1", "-C", home]);
  symlinkSync(join(source, "node_modules/picocolors"), join(folder, "node_modules/picocolors"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});

describe("the packed command, in an otherwise empty folder", () => {
  it("it needs no other package of this project", () => {
    expect(existsSync(join(folder, "node_modules/@entity-tag/core"))).toBe(false);
    expect(existsSync(main)).toBe(true);
  });

  it("it probes a live server with Node alone, and prints no colours into a pipe", async () => {
    const { url } = await start();
    const { status, out, err } = await packed(url);
    expect(err).toBe("");
    expect(status, out).toBe(0);
    expect(out).toMatch(/✓ Do readers get 304s\? +Yes/);
    expect(out).not.toContain("\x1b[");
  });

  it("--watch runs again when a file below the folder has changed", async () => {
    const { url } = await start();
    const watched = mkdtempSync(join(folder, "watched-"));
    const child = spawn(process.execPath, [main, url, "--watch", "--only", "tag-own"], { cwd: watched });
    stopping.push(() => child.kill());
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    await until(() => err.includes("Waiting for a change"));
    expect(out.match(/Do readers/g)).toHaveLength(1);
    writeFileSync(join(watched, "page.txt"), "changed");
    await until(() => out.match(/Do readers/g)?.length === 2);
  });

  it("--watch does not run again because of its own report", async () => {
    const { url } = await start();
    const watched = mkdtempSync(join(folder, "watched-"));
    const report = join(watched, "report.txt");
    const output = openSync(report, "w");
    const child = spawn(process.execPath, [main, url, "--watch", "--only", "tag-own"], {
      cwd: watched,
      stdio: ["ignore", output, "pipe"],
    });
    stopping.push(() => child.kill());
    let err = "";
    child.stderr!.on("data", (chunk) => {
      err += chunk;
    });
    const runs = () => err.match(/Waiting for a change/g)?.length ?? 0;
    await until(() => runs() === 1);
    await new Promise((done) => setTimeout(done, 1500));
    expect(runs()).toBe(1);
    writeFileSync(join(watched, "page.txt"), "changed");
    await until(() => runs() === 2);
    expect(readFileSync(report, "utf8").match(/Do readers/g)).toHaveLength(2);
  });

  it("an interrupted run restores the page", async () => {
    const { url, page } = await start();
    const child = spawn(process.execPath, [main, url, "--write", "--yes", "--only", "writes"], {
      cwd: folder,
    });
    const told = text(child.stderr);
    await until(() => page.version >= 5);
    child.kill("SIGINT");
    const status = await new Promise((done) => child.once("exit", done));
    expect(await told).toContain("The page is as it was found.");
    expect(status).toBe(130);
    expect(page.body).toBe(content);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 5));
}

async function start() {
  const server = await startServer();
  stopping.push(server.close);
  return server;
}

async function packed(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { PATH: process.env.PATH } });
  const exit = new Promise((done) => child.once("exit", done));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await exit, out, err };
}
