import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { update } from "@entity-tag/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { edit, says, store, textOf } from "./browsing.ts";
import { isAvailable, launch } from "./chromium.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

const folder = mkdtempSync(`${tmpdir()}/wiki-stopping-`);
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(["main.ts", "many.ts"] as const)("the wiki of %s, when it is stopped", (program) => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s makes the wiki answer the running save, keep it, and end the streams",
    { timeout: 60_000 },
    async (signal) => {
      const env = { WIKI_FILE: `${folder}/${program}-${signal}.sqlite` };
      const wiki = await startWiki(env, program);
      const ended = once(wiki.child, "exit");
      const stream = await fetch(`${wiki.origin}/conversation`);
      const streamed = stream.text();
      const saving = await beginSave(wiki, "under way");
      wiki.child.kill(signal);
      await expect.poll(() => isReachable(wiki), { timeout: 10_000 }).toBe(false);
      saving.write('hello"}');
      expect(await answerOf(saving)).toMatch(/^HTTP\/1\.1 201 /);
      expect(await streamed).toContain("retry:");
      expect(await ended).toEqual([0, null]);
      expect(wiki.complaints()).toBe("");
      const again = await startWiki(env);
      expect(await textOf(again, "under way")).toBe("hello");
      await again.stop();
    },
  );
});

it("the wiki stops also when a client never finishes its request", { timeout: 60_000 }, async () => {
  const wiki = await startWiki();
  const ended = once(wiki.child, "exit");
  const saving = await beginSave(wiki, "never");
  saving.on("error", () => {});
  wiki.child.kill();
  expect(await ended).toEqual([0, null]);
});

describe("a process of start:many that crashes", { timeout: 120_000 }, () => {
  let wiki: WikiProcess;
  beforeAll(async () => {
    wiki = await startWiki({ WIKI_FILE: `${folder}/many.sqlite` }, "many.ts");
  }, 60_000);
  afterAll(() => wiki?.stop());

  it("no save is lost, every client gets an answer, and a new process is started", async () => {
    const url = `${wiki.origin}/pages/log`;
    await store(wiki, "log", "");
    const killed = killOneByOne(wiki, 4);
    let isOver = false;
    const written: string[] = [];
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let line = 0; !isOver; line++) {
        await append(url, `${writer}.${line}`);
        written.push(`${writer}.${line}`);
      }
    });
    await killed;
    isOver = true;
    await Promise.all(writers);
    const kept = (await textOf(wiki, "log"))!.trim().split("\n");
    expect(kept.sort()).toEqual(written.sort());
    expect(written.length).toBeGreaterThan(6);
    expect(await workersOf(wiki)).toHaveLength(3);
  });

  it.skipIf(!isAvailable)("a person who saves does not notice the crash", async () => {
    await store(wiki, "calm", "start");
    const browser = await launch();
    const page = await edit(wiki, await browser.newContext(), "calm");
    for (const text of ["one", "two", "three"]) {
      await page.fill("#content", text);
      const [first, second] = await workersOf(wiki);
      const before = wiki.complaints().match(/serves now/g)?.length ?? 0;
      for (const pid of [first!, second!]) process.kill(pid, "SIGKILL");
      await page.click("#save");
      await says(page, /^Saved\.$/);
      expect(await textOf(wiki, "calm")).toBe(text);
      await replaced(wiki, before + 2);
    }
    await browser.close();
  });
});

/** Sends the head of a save, waits until the wiki asks for its content, and sends the beginning of that. */
async function beginSave({ origin }: WikiProcess, name: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  const head = [
    `PUT /pages/${encodeURIComponent(name)} HTTP/1.1`,
    "Host: wiki",
    "If-None-Match: *",
    "Expect: 100-continue",
    `Content-Length: ${'{"content":"hello"}'.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const [chunk] = await once(socket, "data");
  expect(String(chunk)).toContain("100 Continue");
  socket.write('{"content":"');
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes("\r\n\r\n")) break;
  }
  return text;
}

function isReachable({ origin }: WikiProcess): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Adds a line, and tries again until it is known to be saved. */
function append(url: string, line: string) {
  const recipe = ({ content }: { content: string }) => ({ content: `${content}${line}\n` });
  return update(url, recipe, { idempotencyKey: true, maxAttempts: 200, backoff: () => 50 });
}

/** Kills a process, and the next one when another has taken its place. */
async function killOneByOne(wiki: WikiProcess, times: number): Promise<void> {
  for (let killed = 1; killed <= times; killed++) {
    const [first] = await workersOf(wiki);
    process.kill(first!, "SIGKILL");
    await replaced(wiki, killed);
  }
}

/** Waits until this many processes have taken the place of others. */
function replaced(wiki: WikiProcess, times: number): Promise<void> {
  return expect
    .poll(() => wiki.complaints().match(/serves now/g)?.length ?? 0, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(times);
}

async function workersOf({ child }: WikiProcess): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,stat="]);
  const processes = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return processes
    .filter(([, parent, state]) => Number(parent) === child.pid && !state?.startsWith("Z"))
    .map(([pid]) => Number(pid));
}
