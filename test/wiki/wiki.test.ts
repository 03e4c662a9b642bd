import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

let running: WikiProcess;
beforeAll(async () => {
  running = await startWiki();
});
afterAll(() => running.stop());

const at = (name: string) => `${running.origin}/pages/${name}`;
const page = (content: string) => JSON.stringify({ content });
const send = (method: string, name: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(at(name), { method, headers, ...(body === undefined ? {} : { body }) });
const create = (name: string, content: string) => send("PUT", name, { "If-None-Match": "*" }, page(content));

describe("started as by npm start", () => {
  it("the wiki prints three curl commands that do what their comments say", async () => {
    const lines = running.said.split("\n").filter((line) => line.trim().startsWith("curl"));
    const statuses = [];
    for (const line of lines) {
      const { stdout } = await promisify(execFile)("sh", ["-c", line]);
      statuses.push(stdout.split(" ")[1]);
    }
    expect(statuses).toEqual(["200", "304", "412"]);
  });

  it("the wiki sends a page with its tag, to GET and to HEAD", async () => {
    await create("read", "Hello");
    const got = await send("GET", "read");
    expect([got.status, await got.json()]).toEqual([200, { content: "Hello" }]);
    expect(got.headers.get("Content-Type")).toBe("application/json");
    const head = await send("HEAD", "read");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("ETag")).toBe(got.headers.get("ETag"));
  });

  it("the wiki answers 304 without a body to the current tag, also if it is weak or in a list", async () => {
    const tag = (await create("cached", "Hello")).headers.get("ETag")!;
    for (const field of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      for (const method of ["GET", "HEAD"]) {
        const { status, headers, body } = await send(method, "cached", { "If-None-Match": field });
        expect([status, headers.get("ETag"), body]).toEqual([304, tag, null]);
      }
    }
  });

  it("the wiki evaluates the conditions before it reads the content", async () => {
    const tag = (await create("judged", "one")).headers.get("ETag")!;
    expect((await send("PUT", "judged", { "If-Match": '"stale"' }, "{bad")).status).toBe(412);
    expect((await send("PUT", "judged", {}, "{bad")).status).toBe(428);
    expect((await send("PUT", "judged", { "If-Match": tag }, "{bad")).status).toBe(400);
    expect((await send("GET", "judged")).headers.get("ETag")).toBe(tag);
  });

  it("the wiki prints no error when a client leaves in the middle of its content", async () => {
    const socket = connect(Number(new URL(running.origin).port), "127.0.0.1");
    socket.end(
      'PUT /pages/left HTTP/1.1\r\nHost: wiki\r\nIf-None-Match: *\r\nContent-Length: 100\r\n\r\n{"content',
    );
    await once(socket.resume(), "close");
    expect((await send("GET", "left")).status).toBe(404);
    expect(running.complaints()).toBe("");
  });

  it("the wiki prints no error when clients leave before the answer to a save", async () => {
    const wiki = await startWiki();
    const body = page("left early".repeat(10));
    const LEAVING = 300;
    for (let left = 0; left < LEAVING; left++) {
      const socket = connect(Number(new URL(wiki.origin).port), "127.0.0.1");
      const head = `PUT /pages/early-${left} HTTP/1.1\r\nHost: wiki\r\nIf-None-Match: *\r\nIdempotency-Key: "${left}"`;
      socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      // Some leave before the wiki has read, some while it writes, and some after.
      await sleep(Math.random() * 6);
      socket.resetAndDestroy();
    }
    const asked = Array.from({ length: LEAVING }, (_, left) => fetch(`${wiki.origin}/pages/early-${left}`));
    for (const { status } of await Promise.all(asked)) expect([200, 404]).toContain(status);
    expect(wiki.complaints()).toBe("");
    await wiki.stop();
  });

  it("the wiki creates a page once: 201, then 412 with the current tag", async () => {
    const first = await create("once", "mine");
    expect([first.status, first.headers.get("Location")]).toEqual([201, "/pages/once"]);
    const second = await create("once", "yours");
    expect([second.status, second.headers.get("ETag")]).toEqual([412, first.headers.get("ETag")]);
    expect(await (await send("GET", "once")).json()).toEqual({ content: "mine" });
  });

  it("the wiki accepts a PUT with the current tag, and refuses an old tag with 412 and the current tag", async () => {
    const old = (await create("edited", "one")).headers.get("ETag")!;
    const edited = await send("PUT", "edited", { "If-Match": old }, page("two"));
    expect(edited.ok).toBe(true);
    const tag = edited.headers.get("ETag");
    expect(tag).not.toBe(old);
    const stale = await send("PUT", "edited", { "If-Match": old }, page("three"));
    expect([stale.status, stale.headers.get("ETag")]).toEqual([412, tag]);
    expect(stale.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await stale.json()).toMatchObject({ status: 412, field: "If-Match" });
    expect(await (await send("GET", "edited")).json()).toEqual({ content: "two" });
  });

  it("the wiki deletes only with the current tag, and never uses a tag again", async () => {
    const first = (await create("gone", "one")).headers.get("ETag")!;
    expect((await send("DELETE", "gone", { "If-Match": '"old"' })).status).toBe(412);
    expect((await send("DELETE", "gone", { "If-Match": first })).status).toBe(204);
    expect((await send("GET", "gone")).status).toBe(404);
    const again = await create("gone", "one");
    expect(again.status).toBe(201);
    expect(again.headers.get("ETag")).not.toBe(first);
  });

  it("the wiki requires a condition for every change: 428", async () => {
    await create("guarded", "one");
    for (const method of ["PUT", "DELETE"]) {
      const body = method === "PUT" ? page("two") : undefined;
      const refused = await send(method, "guarded", {}, body);
      expect([refused.status, await refused.json()]).toMatchObject([428, { field: "If-Match" }]);
    }
    expect(await (await send("GET", "guarded")).json()).toEqual({ content: "one" });
  });

  it("the wiki refuses an invalid condition, and changes nothing", async () => {
    const tag = (await create("unread", "one")).headers.get("ETag")!;
    const spoilt = await send("PUT", "unread", { "If-Match": `${tag}, oops` }, page("two"));
    expect([spoilt.status, (await spoilt.json()).detail]).toEqual([
      412,
      expect.stringContaining("cannot be read"),
    ]);
  });

  it("the wiki names the mistake in a request clearly", async () => {
    const wrong: [number, Promise<Response>][] = [
      [400, send("PUT", "wrong", { "If-None-Match": "*" }, "{")],
      [422, send("PUT", "wrong", { "If-None-Match": "*" }, '{"text":"Hello"}')],
      [413, send("PUT", "wrong", { "If-None-Match": "*" }, page("x".repeat(2_000_000)))],
      [405, send("POST", "wrong", {}, page("x"))],
      [404, send("GET", "wrong")],
    ];
    for (const [status, response] of wrong) {
      const { headers, ...answered } = await response;
      expect((await response).status, JSON.stringify(answered)).toBe(status);
      expect((await response).headers.get("Content-Type")).toBe("application/problem+json");
      expect((await (await response).json()).detail).toMatch(/\w/);
    }
  });

  it("exactly one of two writers wins, every time, and no edit is lost", async () => {
    let tag = (await create("race", "0")).headers.get("ETag")!;
    for (let round = 1; round <= 20; round++) {
      const put = (who: string) => send("PUT", "race", { "If-Match": tag }, page(`${who} ${round}`));
      const both = await Promise.all([put("A"), put("B")]);
      expect(both.map(({ status }) => status).sort()).toEqual([204, 412]);
      const won = both.findIndex(({ ok }) => ok);
      expect(await (await send("GET", "race")).json()).toEqual({ content: `${"AB"[won]} ${round}` });
      tag = both[won]!.headers.get("ETag")!;
      expect(both[1 - won]!.headers.get("ETag")).toBe(tag);
    }
  });

  it("the list of pages has each url and tag without the text, and has a tag itself", async () => {
    const tag = (await create("listed", "Hello")).headers.get("ETag");
    const response = await fetch(`${running.origin}/pages`);
    const { items } = await response.json();
    expect(items).toContainEqual({ key: "listed", url: "/pages/listed", etag: tag });
    const headers = { "If-None-Match": response.headers.get("ETag")! };
    expect((await fetch(`${running.origin}/pages`, { headers })).status).toBe(304);
  });

  it("the wiki serves every module that its scripts import, under an address", async () => {
    const page = await (await fetch(`${running.origin}/wiki/home/edit`)).text();
    const waiting = [...page.matchAll(/<script [^>]*src="([^"]*)"/g)].map(([, src]) => src!);
    const seen = new Set<string>();
    for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
      if (seen.has(address)) continue;
      seen.add(address);
      const answer = await fetch(running.origin + address);
      expect([answer.status, answer.headers.get("Content-Type")], address).toEqual([
        200,
        "text/javascript; charset=utf-8",
      ]);
      const imported = (await answer.text()).matchAll(
        /^(?:import|export)\b[^"]*?"([^"]+)";|^\} from "([^"]+)";/gm,
      );
      for (const [, one, other] of imported) {
        const name = (one ?? other)!;
        expect(name, `${address} imports a name that a browser cannot find`).toMatch(/^[./]/);
        waiting.push(new URL(name, running.origin + address).pathname);
      }
    }
    expect([...seen].some((address) => address.includes("/core/index.js"))).toBe(true);
  });

  it("deleted pages stay deleted when the wiki is restarted", async () => {
    const { mkdtempSync, rmSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/wiki-deleted-");
    const env = { WIKI_FILE: `${folder}/wiki.sqlite` };
    const first = await startWiki(env);
    const there = (name: string) => `${first.origin}/pages/${name}`;
    await fetch(there("kept"), { method: "PUT", headers: { "If-None-Match": "*" }, body: page("Hello") });
    expect((await fetch(there("home"), { method: "DELETE", headers: { "If-Match": "*" } })).ok).toBe(true);
    await first.stop();
    const second = await startWiki(env);
    expect((await fetch(`${second.origin}/pages/home`)).status).toBe(404);
    expect(second.said).toContain("/pages/kept");
    await second.stop();
    rmSync(folder, { recursive: true });
  });

  it("pages and their tags stay when the wiki is restarted", async () => {
    const { mkdtempSync, rmSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/wiki-kept-");
    const env = { WIKI_FILE: `${folder}/pages.sqlite` };
    const tags: (string | null)[] = [];
    for (let start = 0; start < 2; start++) {
      const wiki = await startWiki(env);
      tags.push((await fetch(`${wiki.origin}/pages/home`)).headers.get("ETag"));
      await wiki.stop();
    }
    rmSync(folder, { recursive: true });
    expect(tags[0]).toMatch(/^"/);
    expect(tags[1]).toBe(tags[0]);
  });

  it("the wiki says so when its port is taken, or is not a number", async () => {
    await expect(startWiki({ PORT: new URL(running.origin).port })).rejects.toThrow(/is in use/);
    await expect(startWiki({ PORT: "many" })).rejects.toThrow(/PORT is "many"/);
  });
});
