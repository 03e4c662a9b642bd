import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileTag } from "@entity-tag/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { apps, programFolder, root, runtimes, type Server, start } from "./bed/server.ts";

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

  it("a static response can be sent many times, with its own fields", async () => {
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

  it("a range that may not be honoured is hidden from the handler, but the parameters stay", async () => {
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

  it("a date in If-Range gets the whole file, since several versions share a second", async () => {
    const headers = { Range: "bytes=2-4", "If-Range": "Tue, 14 Nov 2023 22:13:20 GMT" };
    const whole = await ask("/file", { headers });
    expect([whole.status, await whole.text()]).toEqual([200, "0123456789"]);
    const etag = whole.headers.get("ETag")!;
    const part = await ask("/file", { headers: { ...headers, "If-Range": etag } });
    expect([part.status, await part.text()]).toEqual([206, "234"]);
    const other = await ask("/file", { headers: { ...headers, "If-Range": '"other"' } });
    expect([other.status, await other.text()]).toEqual([200, "0123456789"]);
  });

  it("HEAD of a static string has the type of GET, and POST to a file is not a part", async () => {
    const [get, head] = [await ask("/static"), await ask("/static", { method: "HEAD" })];
    expect(head.headers.get("Content-Type")).toBe(get.headers.get("Content-Type"));
    expect(head.headers.get("Content-Type")).toMatch(/^text\/plain/);
    const posted = await ask("/file", { method: "POST", headers: { Range: "bytes=2-4" } });
    expect([posted.status, await posted.text()]).toEqual([200, "0123456789"]);
  });

  it.each([
    ["/file-part", "2345"],
    ["/file-beginning", "0123"],
  ])(
    "a static slice of a file is sent whole, because a table holds no answer to a range: %s",
    async (path, text) => {
      for (const method of ["GET", "POST", "PUT", "DELETE", "QUERY"]) {
        for (const range of ["bytes=1-2", "bytes=500-", "items=1-2"]) {
          const answer = await ask(path, { method, headers: { Range: range } });
          expect([method, answer.status, await answer.text()]).toEqual([method, 200, text]);
        }
      }
      const { headers } = await ask(path);
      expect((await ask(path, since(headers.get("ETag")!))).status).toBe(304);
    },
  );

  it("a static file with a validator of its own is judged by that one", async () => {
    expect((await ask("/file-tagged")).headers.get("ETag")).toBe('"own"');
    for (const etag of ['"own"', "*"]) {
      const same = await ask("/file-tagged", since(etag));
      expect([same.status, same.headers.get("ETag")]).toEqual([304, '"own"']);
    }
    const ranged = async (etag: string) =>
      (await ask("/file-tagged", { headers: { Range: "bytes=2-4", "If-Range": etag } })).text();
    expect([await ranged('"own"'), await ranged('"other"')]).toEqual(["234", "0123456789"]);
    const { headers } = await ask("/file-dated");
    const date = headers.get("Last-Modified")!;
    expect(date).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect((await ask("/file-dated", { headers: { "If-Modified-Since": date } })).status).toBe(304);
    expect((await ask("/file-dated", since(headers.get("ETag")!))).status).toBe(304);
  });

  it("a refused HEAD has the length of GET, never 0", async () => {
    const headers = { "If-Match": '"v0"' };
    const get = await ask("/file", { headers });
    const head = await ask("/file", { method: "HEAD", headers });
    expect([get.status, head.status]).toEqual([412, 412]);
    expect(head.headers.get("Content-Length")).toBe(get.headers.get("Content-Length"));
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
      expect(await echo(server.port, path)).toBe("echo hello");
      expect((await ask(path)).status).toBe(426);
    },
  );
});

describe("contentTag and fileState inside Bun", () => {
  it("contentTag makes core's tag synchronously", async () => {
    const { tags, weakTags } = await (await ask("/facts")).json();
    expect(tags[0]).toBe('"LPJNul+wow4m6DsqxbninhsW"');
    expect(tags[0]).toBe(tags[1]);
    expect(weakTags[0]).toMatch(/^W\//);
    expect(weakTags[0]).toBe(weakTags[1]);
  });

  it("fileState never treats the name of a file in memory as a path", async () => {
    const { uploaded } = await (await ask("/facts")).json();
    expect(uploaded.etag).toMatch(/^W\/"3-/);
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

describe("The built-in answers of Bun do not change", () => {
  const fleeting = join(folder, "fleeting.txt");
  const servers: Server[] = [];
  const alike: Record<string, { plain: Server; guarded: Server }> = {};
  beforeAll(async () => {
    const serve = async (...args: string[]) => {
      const started = await start([...runtimes.bun, `${apps}/bun-alike.ts`, fleeting, ...args]);
      servers.push(started);
      return started;
    };
    for (const fetching of ["fetch", "no-fetch"]) {
      alike[fetching] = {
        plain: await serve("plain", fetching),
        guarded: await serve("guarded", fetching),
      };
    }
  });
  afterAll(() => {
    for (const each of servers) each.stop();
  });

  const say = async ({ port }: Server, path: string, method: string) => {
    const response = await fetch(`http://localhost:${port}${path}`, { method });
    return {
      status: response.status,
      length: response.headers.get("Content-Length"),
      body: await response.text(),
    };
  };
  const expectAlike = async (fetching: string, path: string, method: string) => {
    const { plain, guarded } = alike[fetching]!;
    const answer = await say(guarded, path, method);
    expect(answer).toEqual(await say(plain, path, method));
    return answer;
  };
  const methods = ["GET", "HEAD", "PUT"];
  const asked = ["fetch", "no-fetch"].flatMap((fetching) =>
    methods.map((method) => [fetching, method] as const),
  );

  it.each(asked)(
    "a static file that is missing is left to %s (%s), and so is a directory",
    async (fetching, method) => {
      for (const path of ["/file", "/file-of-a-method", "/directory"]) {
        const { status } = await expectAlike(fetching, path, method);
        expect(status).toBe(fetching === "fetch" ? 203 : 404);
      }
    },
  );

  it.each(asked)(
    "a static file that appears is sent, and one that disappears is left to %s (%s)",
    async (fetching, method) => {
      writeFileSync(fleeting, "here now");
      expect((await expectAlike(fetching, "/file", method)).status).toBe(200);
      rmSync(fleeting);
      expect((await expectAlike(fetching, "/file", method)).status).toBe(fetching === "fetch" ? 203 : 404);
    },
  );

  it.each(asked)(
    "a static File in memory is not a file on the disk, whatever its name (%s, %s)",
    async (fetching, method) => {
      expect((await expectAlike(fetching, "/named", method)).status).toBe(200);
    },
  );

  it.each(methods)(
    "a handler that gives null or undefined has the answer of Bun alone (%s)",
    async (method) => {
      for (const path of ["/null", "/undefined", "/fetch-null"]) {
        expect((await expectAlike("fetch", path, method)).status).toBe(204);
      }
    },
  );

  it.each(["/chat", "/fetch-chat"])(
    "null for a request that became a WebSocket passes through (%s)",
    async (path) => {
      for (const { port } of Object.values(alike.fetch!)) expect(await echo(port, path)).toBe("echo hello");
    },
  );
});

describe("The types of a handler without annotations", async () => {
  const place = await programFolder("bun-types");
  afterAll(() => rmSync(place, { recursive: true }));

  /** The part of Bun's own types that is used here, as in `@types/bun` 1.4. */
  const own = `declare namespace Bun {
    class CookieMap { get(name: string): string | null; readonly size: number }
    interface BunRequest<T extends string = string> extends Request {
      readonly params: { [Key in T extends \`\${string}:\${infer Name}\` ? Name : never]: string } & {};
      readonly cookies: CookieMap;
    }
    interface Server<Data> {
      upgrade(request: Request, ...options: [Data] extends [undefined] ? [options?: { data?: undefined }] : [options: { data: Data }]): boolean;
      requestIP(request: Request): { address: string } | null;
      fetch(request: Request | string): Response | Promise<Response>;
      readonly port: number;
    }
    type Handler<Req extends Request, S> = (request: Req, server: S) => Response | undefined | void | Promise<Response | undefined | void>;
    type Routes<Data, R extends string> = { [Path in R]: Response | false | Handler<BunRequest<Path>, Server<Data>> | Partial<Record<"GET" | "PUT", Handler<BunRequest<Path>, Server<Data>> | Response>> };
    function serve<Data = undefined, R extends string = never>(options: {
      routes?: Routes<Data, R>;
      fetch?(this: Server<Data>, request: Request, server: Server<Data>): Response | undefined | Promise<Response | undefined>;
      websocket?: { data?: Data; message(): void };
    }): Server<Data>;
  }`;

  const handlers = `import { conditional, type RouteRequest, routes } from "@entity-tag/bun";
    Bun.serve({
      websocket: { message() {} },
      routes: routes({
        "/hello/:name": ({ params, cookies }, server) => new Response(params.name + cookies.get("a") + server.port),
        "/methods/:id": {
          GET: (request, server) => new Response(request.params.id + server.requestIP(request)?.address),
          PUT: async (request) => new Response(await request.text()),
        },
        "/own/:id": (request: Bun.BunRequest<"/own/:id">, server: Bun.Server<{ a: 1 }>) => new Response(request.params.id + server.port),
        "/chat": (request, server) => (server.upgrade(request, { data: 1 }) ? undefined : new Response()),
        "/static": new Response(),
        "/none": false,
      }, { current: (request, server) => (server.requestIP(request) ? {} : null) }),
      fetch: conditional((request, server) => (server.upgrade(request) ? undefined : new Response(String(server.port)))),
    });
    export const takes = (request: RouteRequest<"/a/:b">) => request.cookies.get(request.params.b);
    // @ts-expect-error the path has no such parameter
    routes({ "/x/:id": ({ params }) => new Response(params.name) });
    // @ts-expect-error there is no such field
    routes({ "/x/:id": (request) => new Response(request.cookie) });`;

  const strangers = `import { conditional, routes } from "@entity-tag/bun";
    conditional((request, server) => (server.upgrade(request) ? undefined : new Response()));
    routes({ "/x/:id": (request, server) => new Response(request.params.id + server.upgrade(request, { data: 1 })) });
    // @ts-expect-error nothing is known of it
    routes({ "/x": (request) => new Response(request.cookies) });
    // @ts-expect-error nothing is known of it
    conditional((_, server) => new Response(server.port));`;

  it.each([
    ["are Bun's own, where these are installed", { "own.d.ts": own, "handlers.ts": handlers }],
    ["have the members of every Bun, where these are not installed", { "strangers.ts": strangers }],
  ])("%s", async (_, files) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    const include = Object.keys(files);
    const tsconfig = { extends: "../../../tsconfig.base.json", include };
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify(tsconfig));
    const tsc = promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["-p", place]);
    expect(await tsc.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: "" });
  });
});

/** The answer that a WebSocket gets. */
async function echo(port: number, path: string): Promise<unknown> {
  const socket = new WebSocket(`ws://localhost:${port}${path}`);
  try {
    return await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send("hello");
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = () => reject(new Error("no WebSocket"));
    });
  } finally {
    socket.close();
  }
}
