import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTag } from "@entity-tag/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { apps, runtimes, type Server, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "entity-tag-bun-"));
const file = join(folder, "page.txt");
const settled = new Date(1_700_000_000_500);

let server: Server;
beforeAll(async () => {
  writeFileSync(file, "0123456789");
  utimesSync(file, settled, settled);
  server = await start([...runtimes.bun, `${apps}/bun-table.ts`, file]);
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://localhost:${server.port}${path}`, { redirect: "manual", ...init });
const since = (etag: string | null, method = "GET") => ({ method, headers: { "If-None-Match": etag ?? "" } });

describe("routes", () => {
  it.each(["/handler", "/static", "/methods", "/people/ada/pets/rex"])(
    "%s is tagged weakly and revalidated",
    async (path) => {
      const first = await ask(path);
      expect(first.status).toBe(200);
      const etag = first.headers.get("ETag");
      expect(etag).toMatch(/^W\/"[\w+/]{24}"$/);
      for (const method of ["GET", "HEAD"]) {
        const again = await ask(path, since(etag, method));
        expect(again.status).toBe(304);
        expect(await again.text()).toBe("");
      }
      expect((await ask(path, since('"other"'))).status).toBe(200);
    },
  );

  it("a static response is sent as often as it is asked for, with its own fields", async () => {
    for (const _ of [1, 2, 3]) {
      const response = await ask("/static");
      expect(response.headers.get("x-own")).toBe("kept");
      expect(await response.text()).toBe("static");
    }
    const redirect = await ask("/redirect");
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get("ETag")).toBeNull();
  });

  it("the parameters of a path arrive, decoded", async () => {
    expect(await (await ask("/people/ada%20l/pets/rex")).json()).toEqual({ name: "ada l", pet: "rex" });
  });

  it("a method with no handler in the object falls to fetch, as in Bun", async () => {
    const posted = await ask("/methods", { method: "POST", body: "new", headers: { "If-Match": '"v0"' } });
    expect([posted.status, await posted.text()]).toEqual([201, "new"]);
    expect(await (await ask("/methods", { method: "PUT" })).text()).toBe("fetch got /methods");
  });

  it("with current, a write is judged before its handler, and a static response too", async () => {
    const put = (headers: HeadersInit) => ask("/guarded/v1", { method: "PUT", headers });
    expect((await put({})).status).toBe(428);
    expect((await put({ "If-Match": '"v0"' })).status).toBe(412);
    expect(await (await put({ "If-Match": '"v1"' })).json()).toEqual({ wrote: "v1" });
    expect((await ask("/guarded/v1")).headers.get("ETag")).toBe('"v1"');
    expect((await ask("/guarded/v1", since('"v1"'))).status).toBe(304);
  });

  it("a range that may not be honoured is hidden from the handler, and the parameters are not", async () => {
    const ranged = async (etag: string) =>
      (await ask("/ranged/v1", { headers: { Range: "bytes=0-1", "If-Range": etag } })).json();
    expect(await ranged('"v1"')).toEqual({ tag: "v1", range: "bytes=0-1" });
    expect(await ranged('"v0"')).toEqual({ tag: "v1", range: null });
  });

  it("a static file has the tag of the disk, and Bun still sends its parts", async () => {
    const first = await ask("/file");
    const etag = fileTag({ size: 10, mtimeMs: settled.getTime() });
    expect(first.headers.get("ETag")).toBe(etag);
    expect(first.headers.get("Last-Modified")).toBe("Tue, 14 Nov 2023 22:13:20 GMT");
    expect((await ask("/file", since(etag))).status).toBe(304);
    const part = await ask("/file", { headers: { Range: "bytes=2-4" } });
    expect([part.status, await part.text()]).toEqual([206, "234"]);
    const refused = await ask("/file", { method: "PUT", headers: { "If-Match": '"v0"' } });
    expect(refused.status).toBe(412);
  });

  it("false, HTML imports, bare files and directories are left to Bun", async () => {
    expect(await (await ask("/false")).text()).toBe("fetch got /false");
    const page = await ask("/html");
    expect(page.headers.get("Content-Type")).toContain("text/html");
    expect(await page.text()).toContain("A page that Bun bundles");
    expect(await (await ask("/bare-file")).text()).toBe("0123456789");
    expect(await (await ask("/directory/note.txt")).text()).toBe("In a directory\n");
  });

  it.each(["/chat", "/fetch-chat"])(
    "a request that becomes a WebSocket passes through (%s)",
    async (path) => {
      const socket = new WebSocket(`ws://localhost:${server.port}${path}`);
      const answer = new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(new Error("no WebSocket"));
      });
      socket.onopen = () => socket.send("hello");
      expect(await answer).toBe("echo hello");
      socket.close();
      expect((await ask(path)).status).toBe(426);
    },
  );
});

describe("contentTag and fileState where Bun is", () => {
  it("contentTag is core's, made at once", async () => {
    const { tags, weakTags } = await (await ask("/facts")).json();
    expect(tags[0]).toBe('"LPJNul+wow4m6DsqxbninhsW"');
    expect(tags[0]).toBe(tags[1]);
    expect(weakTags[0]).toMatch(/^W\//);
    expect(weakTags[0]).toBe(weakTags[1]);
  });

  it("fileState sees a change that the Bun.file does not, and the absence of a file", async () => {
    const changed = new Date(1_700_000_001_250);
    const before = await (await ask("/facts")).json();
    expect(before.state.lastModified).toBe(settled.getTime());
    writeFileSync(file, "0123456789a");
    utimesSync(file, changed, changed);
    const { state, missing, inMemory } = await (await ask("/facts")).json();
    expect(state).toEqual({
      etag: fileTag({ size: 11, mtimeMs: changed.getTime() }),
      lastModified: changed.getTime(),
    });
    expect([missing, inMemory]).toEqual([null, null]);
    expect((await ask("/file", since(before.state.etag))).status).toBe(200);
  });

  it("a file that has just been written has a weak tag", async () => {
    writeFileSync(file, "just now");
    expect((await (await ask("/facts")).json()).state.etag).toMatch(/^W\//);
  });
});
