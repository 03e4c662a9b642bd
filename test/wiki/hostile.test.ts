import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { memoryStore } from "@entity-tag/store/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventStream, openFeed } from "../../examples/wiki/src/conversation/feed.ts";
import { renderMarkdown } from "../../examples/wiki/src/markdown.ts";
import { conflictsOf, markedAgainst, mergedText, mergeTexts } from "../../examples/wiki/src/merge.ts";
import { type Revision, revisionOf, revisionsOf } from "../../examples/wiki/src/revisions.ts";
import { open, submit } from "./form.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

let running: WikiProcess;
beforeAll(async () => {
  running = await startWiki();
});
afterAll(() => running.stop());

const at = (path: string) => `${running.origin}/wiki/${path}`;
const stored = (name: string) => fetch(`${running.origin}/pages/${encodeURIComponent(name)}`);
const tagOf = async (name: string) => (await stored(name)).headers.get("ETag")!;
const contentOf = async (name: string) => (await (await stored(name)).json()).content;

describe("forms that no page of the wiki sends", () => {
  it("the wiki creates a deleted page again with the same text", async () => {
    await submit(at("again"), { tag: "", content: "hello" });
    await submit(at("again/delete"), { tag: await tagOf("again") });
    expect((await stored("again")).status).toBe(404);
    await submit(at("again"), { tag: "", content: "hello" });
    expect(await contentOf("again")).toBe("hello");
  });

  it("a form that creates a page and is sent twice counts as one save", async () => {
    const form = { tag: "", content: "twice" };
    const answers = await Promise.all([submit(at("twice"), form), submit(at("twice"), form)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await submit(at("twice"), { tag: "", content: "other" })).status).toBe(412);
  });

  it("the wiki never empties a page because a form has no text, or has a file in its place", async () => {
    await submit(at("precious"), { tag: "", content: "precious" });
    const tag = await tagOf("precious");
    const file = new FormData();
    file.set("tag", tag);
    file.set("content", new Blob(["x"]), "x.txt");
    const sent = [
      await submit(at("precious"), { tag }),
      await submit(at("precious/merge"), { tag, base: tag, act: "save" }),
      await fetch(at("precious"), { method: "POST", body: file }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(await contentOf("precious")).toBe("precious");
  });

  it.each(["null", "foo", "http://elsewhere.example"])(
    "the wiki refuses a form with the origin %s",
    async (origin) => {
      const body = new URLSearchParams({ tag: "", content: "x" });
      const headers = { Origin: origin };
      expect((await fetch(at("csrf"), { method: "POST", body, headers })).status).toBe(403);
    },
  );

  it("the wiki refuses a form of many megabytes without reading it", async () => {
    const body = `tag=&content=${"x".repeat(64 * 1024 * 1024)}`;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await fetch(at("huge"), { method: "POST", body, headers }).catch(() => undefined);
    expect([413, undefined]).toContain(answer?.status);
    expect((await stored("huge")).status).toBe(404);
  });

  it("a JSON client can only use names that forms can use, so that every page has a history", async () => {
    for (const name of ["x".repeat(201), "\u65e5".repeat(300), " "]) {
      const init = { method: "PUT", headers: { "If-None-Match": "*" }, body: '{"content":"a"}' };
      expect((await fetch(`${running.origin}/pages/${encodeURIComponent(name)}`, init)).status).toBe(404);
    }
  });

  it.each(["%00", "x".repeat(3000)])(
    "the list can continue after a name that no page can have",
    async (after) => {
      expect((await open(`${running.origin}/?after=${after}`)).status).toBe(200);
    },
  );
});

describe("the conversation", () => {
  it("the conversation is streamed only to GET", async () => {
    const url = `${running.origin}/conversation`;
    expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  const exchange = { id: 1, path: "/wiki/x" } as never;

  it("the conversation forgets a reader that has left, and never fails the save that it reports", async () => {
    const listeners = new Set<(given: never) => void>();
    const feed = {
      ...openFeed(),
      subscribe: (listener: (given: never) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const leaving = new AbortController();
    eventStream(feed, leaving.signal);
    eventStream(feed, AbortSignal.abort());
    const cancelled = eventStream(feed, new AbortController().signal);
    const [first] = listeners;
    expect(listeners.size).toBe(2);
    leaving.abort();
    await cancelled.body!.cancel();
    expect(listeners.size).toBe(0);
    expect(() => first!(exchange)).not.toThrow();
    eventStream(feed, new AbortController().signal);
    for (let told = 0; told < 1000; told++) for (const listener of listeners) listener(exchange);
    expect(listeners.size, "a reader that does not read is disconnected").toBe(0);
  });
});

describe("texts that are hard to compare", () => {
  const words = (seed: number) =>
    Array.from({ length: 5000 }, (_, i) => ((i * 7919 + seed * 104_729) % 99_991).toString(36)).join(" ");

  it("the wiki marks the differences within a short time, or else the whole text", () => {
    const started = performance.now();
    const pieces = markedAgainst(words(1), words(2));
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(pieces.map(({ text }) => text).join("")).toBe(words(2));
  });

  it("texts that repeat the same line become one conflict", () => {
    const started = performance.now();
    const [theirs, mine] = [`${"\n".repeat(2500)}a`, `b${"\n".repeat(2500)}`];
    const regions = mergeTexts("\n".repeat(3000), theirs, mine);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(conflictsOf(regions)).toBe(1);
    expect([mergedText(regions, ["theirs"]), mergedText(regions, ["mine"])]).toEqual([theirs, mine]);
  });

  it("a task becomes a checkbox, and other fields are removed", () => {
    const shown = renderMarkdown('- [x] a\n- [ ] b\n\n<input type="password" autofocus onfocus="x()">');
    const boxes = [...shown.matchAll(/<input ([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(boxes).toHaveLength(3);
    for (const attributes of boxes) expect(attributes).toMatch(/^type="checkbox" disabled /);
    expect(boxes.map((attributes) => /aria-label="([^"]*)"/.exec(attributes!)?.[1])).toEqual([
      "done",
      "to do",
      "to do",
    ]);
  });

  it("a text with too deep nesting is shown as escaped source", () => {
    const shown = renderMarkdown(`${">".repeat(20_000)}<script>`);
    expect(shown).toContain("&gt;&gt;");
    expect(shown).not.toContain("<script");
  });
});

it("the wiki finds the newest of thousands of revisions, which a merge needs as its base", async () => {
  const revisions = memoryStore<Revision>();
  for (let i = 1; i <= 2100; i++) {
    const key = `page ${String(i).padStart(14, "0")}-v${i}`;
    await revisions.swap(key, null, { version: `v${i}`, savedAt: i, content: `text ${i}` });
  }
  expect(await revisionsOf(revisions, "page")).toHaveLength(2100);
  expect((await revisionOf(revisions, "page", "v2100"))?.content).toBe("text 2100");
});

it("start:many ends and says why, if its port is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const PORT = String((server.address() as { port: number }).port);
  const many = resolve(import.meta.dirname, "../../examples/wiki/src/many.ts");
  const env = { ...process.env, DATABASE_URL: "", REDIS_URL: "", WIKI_FILE: ":memory:", PORT };
  const child = spawn(process.execPath, [many], { env });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const code = await new Promise((done) => child.once("close", done));
  server.close();
  expect([code, said]).toEqual([1, expect.stringContaining(`Port ${PORT} is in use`)]);
});

it("start:many serves from three processes behind one port", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => free.once("listening", done));
  const PORT = String((free.address() as { port: number }).port);
  await new Promise((done) => free.close(done));
  const many = resolve(import.meta.dirname, "../../examples/wiki/src/many.ts");
  const env = {
    ...process.env,
    DATABASE_URL: "",
    REDIS_URL: "",
    WIKI_FILE: join(mkdtempSync(join(tmpdir(), "many-")), "wiki.sqlite"),
    PORT,
  };
  const child = spawn(process.execPath, [many], { env });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
      if (/processes serve|in use/.test(said)) child.kill();
    });
  await new Promise((done) => child.once("close", done));
  expect(said).toContain("3 processes serve one wiki");
});
