import { globSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { relative } from "node:path";

import { afterAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { expectCors, wanted } from "./bed/cors.ts";
import { instructions, programs } from "./bed/documents.ts";
import { http2 } from "./bed/http2-connection.ts";
import { expectPage, expectProgram } from "./bed/page.ts";
import { apps, programFolder, root, runtimes, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Parts of an application, not programs: see next.test.ts and recipes-hooks.test.ts. */
const parts = ["astro", "nestjs", "next", "react-router", "sveltekit", "workers"];

const recipes = globSync("docs/frameworks/*.md", {
  cwd: root,
  exclude: parts.map((name) => `**/${name}.md`),
}).sort();

/** The documents whose first program is a page too, and where the page is. */
const pages = [
  ["packages/deno/README.md", "deno", "/"],
  ["packages/bun/README.md", "bun", "/pages/home"],
] as const;

/** The documents whose second program serves its own file. */
const files = [
  ["packages/deno/README.md", "deno"],
  ["packages/bun/README.md", "bun"],
] as const;

/** The line that adds the block `cors.ts` to the program, and the code of the program that it replaces or follows. */
const crossOrigin = [
  ["express", "express().use(crossOrigin)", "express()"],
  ["fastify", "app.register(cors, crossOrigin)", "const app = fastify();"],
  ["koa", "app.use(crossOrigin)", "const app = new Koa();"],
  ["hono", "new Hono().use(crossOrigin)", "new Hono()"],
  ["h3", "new H3().use(crossOrigin)", "new H3()"],
] as const;

const folder = await programFolder("recipes");
afterAll(() => rmSync(folder, { recursive: true }));

it("There is a recipe for every framework and runtime of the bed", () => {
  const names = recipes.map((document) => document.replace(/.*\/|\.md$/g, ""));
  const expected = "bun connect deno elysia express fastify h3 hono koa node-http";
  expect(names.join(" ")).toBe(expected);
});

describe.concurrent("The programs of the documents", () => {
  it.for(recipes)("%s names the packages to install, and imports no other", async (document) => {
    const { install, file, run } = instructions(document);
    const program = programs(document)[0]!;
    const imported = [...program.matchAll(/ from "((?:@[^/"]+\/)?[^/"]+)/g)].map((match) => match[1]!);
    const installed = install.replace(/^(npm install|bun add) /, "").split(" ");
    expect(installed.sort()).toEqual(
      [...new Set(imported.filter((name) => !name.startsWith("node:")))].sort(),
    );
    expect(run.split(" ").at(-1)).toBe(file);
    // Node runs TypeScript from version 22.18 on only.
    if (run.startsWith("node ")) expect(file).toBe("server.mjs");
  });

  it.for(recipes)("%s: a page without lost updates, in at most 25 lines", async (document) => {
    const program = programs(document)[0]!;
    expect(program.trim().split("\n").length).toBeLessThanOrEqual(26);
    const { file, run } = instructions(document);
    const runtime = run.split(" ")[0] as keyof typeof runtimes;
    await running(program, file, runtime, async (url) => {
      await expectPage(url);
      await expectProgram(url);
    });
  });

  it.for(crossOrigin)(
    "docs/frameworks/%s.md: a script of another origin writes with conditions, by `%s`",
    async ([name, line, before]) => {
      const document = `docs/frameworks/${name}.md`;
      const cors = programs(document).find((program) => program.startsWith("// cors.ts"))!;
      expect(readFileSync(`${root}/${document}`, "utf8").replaceAll("\n", " ")).toContain(`\`${line}\``);
      writeFileSync(`${folder}/${name}-cors.ts`, cors);
      const program = programs(document)[0]!;
      expect(program).toContain(before);
      const behind = line.startsWith("app.") ? `${before}\n${line};` : line;
      const own = `import { crossOrigin } from "./${name}-cors.ts";\n`;
      const more = name === "fastify" ? 'import cors from "@fastify/cors";\n' : "";
      const { file } = instructions(document);
      await running(own + more + program.replace(before, () => behind), file, "node", expectCors);
    },
  );

  it("docs/frameworks/elysia.md: the plugin judges what the client gets, with the status and the fields of `set`", async () => {
    const program = programs("docs/frameworks/elysia.md")[0]!;
    const more = `
      .get("/text", ({ set }) => { set.headers.etag = '"v1"'; set.headers["cache-control"] = "max-age=9"; return "Hello"; })
      .get("/literal", "Hello")
      .get("/response", ({ set, cookie }) => { set.headers.etag = '"v1"'; cookie.a!.value = "1"; return new Response("Hello"); })
      .get("/events", ({ set }) => { set.headers["content-type"] = "text/event-stream"; return new Response("data: a"); })
      .get("/absent", ({ set }) => { set.status = 404; return new Response("No such page", { headers: { ETag: '"v1"' } }); })
      .get("/file", () => file("${apps}/directory/note.txt"))
      .get("/broken", () => { throw new Error("broken"); })
      .guard({ beforeHandle: ({ set }) => { set.status = 401; return new Response("Sign in", { headers: { ETag: '"v1"' } }); } },
        (app) => app.get("/private", () => new Response("Hello")))
      .mapResponse(({ responseValue, set }) => {
        if (!(responseValue instanceof Response) || responseValue.headers.get("X-Coded") === null) return undefined;
        set.headers.etag = 'W/"v1"';
        set.headers["content-encoding"] = "gzip";
        return new Response(Bun.gzipSync("Hello"));
      })
      .get("/coded", () => new Response("Hello", { headers: { "X-Coded": "", ETag: '"v1"' } }))
      .ws("/socket", { message: (socket, message) => socket.send(message) })
      .listen(`;
    const own = program.replace("{ Elysia }", "{ Elysia, file }").replace("\n  .listen(", () => more);
    await running(own, "server.ts", "bun", async (url) => {
      const ask = async (path: string, headers: Record<string, string> = {}) => {
        const answer = await fetch(url + path, { headers });
        await answer.arrayBuffer();
        return answer;
      };
      for (const path of ["/text", "/literal", "/response", "/coded"]) {
        const first = await ask(path);
        const etag = first.headers.get("ETag")!;
        expect([path, first.status, etag]).toEqual([path, 200, expect.stringMatching(/^(W\/)?"/)]);
        const again = await ask(path, { "If-None-Match": etag });
        expect([path, again.status, again.headers.get("ETag")]).toEqual([path, 304, etag]);
        expect(again.headers.get("Set-Cookie")).toBe(first.headers.get("Set-Cookie"));
        const refused = await ask(path, { "If-Match": '"v0"' });
        expect([path, refused.status, refused.headers.get("Cache-Control")]).toEqual([path, 412, null]);
        expect(refused.headers.get("Content-Encoding")).toBeNull();
      }
      expect((await ask("/events")).headers.get("ETag")).toBeNull();
      const note = (await ask("/file")).headers.get("ETag")!;
      const part = async (conditions: Record<string, string>) =>
        (await ask("/file", { Range: "bytes=0-3", ...conditions })).status;
      expect(note).toMatch(/"$/);
      expect(await part({ "If-None-Match": note })).toBe(304);
      expect(await part({ "If-Match": '"v0"' })).toBe(412);
      if (note.startsWith('"')) expect(await part({ "If-Match": note })).toBe(206);
      const others = [
        ["/absent", 404],
        ["/broken", 500],
        ["/private", 401],
        ["/nowhere", 404],
      ] as const;
      for (const [path, status] of others) {
        for (const headers of [
          {},
          { "If-None-Match": "*" },
          { "If-None-Match": '"v1"' },
          { "If-Match": '"v0"' },
        ])
          expect([path, (await ask(path, headers as Record<string, string>)).status]).toEqual([path, status]);
      }
      const socket = new WebSocket(`${url.replace("http", "ws")}/socket`);
      const answered = new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = reject;
      });
      socket.onopen = () => socket.send("Hello");
      expect(await answered).toBe("Hello");
      socket.close();
    });
  });

  it("docs/frameworks/hono.md: a file of serveStatic is sent whole if If-Range names another version", async () => {
    const program = programs("docs/frameworks/hono.md")[0]!;
    expect(program).toContain("new Hono()");
    const own = 'import { serveStatic } from "@hono/node-server/serve-static";\n';
    const files = `new Hono().get("/files/*", serveStatic({ root: "${relative(process.cwd(), apps)}/directory", rewriteRequestPath: (path) => path.slice(6) }))`;
    await running(own + program.replace("new Hono()", () => files), "server.mjs", "node", async (url) => {
      const ask = async (headers: Record<string, string>) => {
        const answer = await fetch(`${url}/files/note.txt`, { headers });
        return { status: answer.status, body: await answer.text(), etag: answer.headers.get("ETag") };
      };
      const whole = await ask({});
      expect(whole).toEqual({ status: 200, body: expect.stringMatching(/.{5}/), etag: expect.any(String) });
      expect(await ask({ Range: "bytes=0-3" })).toMatchObject({ status: 206, body: whole.body.slice(0, 4) });
      expect(await ask({ Range: "bytes=0-3", "If-Range": '"v0"' })).toEqual(whole);
      expect(await ask({ Range: "bytes=9999-", "If-Range": '"v0"' })).toEqual(whole);
      expect(await ask({ Range: "bytes=9999-", "If-Match": '"v0"' })).toMatchObject({ status: 412 });
      const many = await Promise.all(Array.from({ length: 20 }, () => ask({})));
      expect(many).toEqual(many.map(() => whole));
    });
  });

  it("docs/frameworks/node-http.md over HTTP/2, with the import that it names", async () => {
    const program = programs("docs/frameworks/node-http.md")[0]!;
    const over2 = program.replace('"node:http"', '"node:http2"');
    expect(over2).not.toBe(program);
    await running(over2, "server.mjs", "node", async (url) => {
      const connection = await http2(Number(new URL(url).port));
      const ask = async (method: string, headers: [string, string][], body?: string) =>
        (await connection.ask({ method, path: "/", headers, ...(body !== undefined && { body }) })).status;
      expect(await ask("GET", [])).toBe(200);
      expect(await ask("GET", [["if-none-match", '"1"']])).toBe(304);
      expect(await ask("PUT", [], "Bye")).toBe(428);
      const writers = ["Ann", "Bob"].map((text) => ask("PUT", [["if-match", '"1"']], text));
      expect((await Promise.all(writers)).sort()).toEqual([200, 412]);
      connection.close();
    });
  });

  it("packages/client/README.md names every field of a write that a server must allow to a browser", () => {
    const [, fields = ""] = /^Access-Control-Allow-Headers: (.+)$/m.exec(
      readFileSync(`${root}/packages/client/README.md`, "utf8"),
    )!;
    expect(fields.toLowerCase().split(", ")).toEqual(wanted);
  });

  it.for(pages)("%s: a page without lost updates", async ([document, runtime, path]) => {
    await running(programs(document)[0]!, "server.ts", runtime, (url) => expectPage(url + path));
  });

  it.for(files)("%s: a file that is judged by its state on the disk", async ([document, runtime]) => {
    const program = programs(document)[1]!;
    await running(program, "server.ts", runtime, async (url) => {
      const first = await fetch(url);
      expect(await first.text()).toBe(program);
      expect(first.headers.get("Last-Modified")).toMatch(/ GMT$/);
      const again = await fetch(url, { headers: { "If-None-Match": first.headers.get("ETag")! } });
      expect(again.status).toBe(304);
      expect(again.headers.get("ETag")).toBe(first.headers.get("ETag"));
      expect((await fetch(url, { method: "PUT", headers: { "If-Match": '"0"' } })).status).toBe(412);
    });
  });
});

let count = 0;

async function running(
  program: string,
  name: string,
  runtime: keyof typeof runtimes,
  check: (url: string) => Promise<void>,
) {
  const file = `${folder}/${count++}-${name}`;
  writeFileSync(file, program);
  // The tag of a file that is younger than a second is weak, and later strong.
  const anHourAgo = Date.now() / 1000 - 3600;
  utimesSync(file, anHourAgo, anHourAgo);
  const port = await freePort();
  const server = await start([...runtimes[runtime], file], port);
  await check(`http://localhost:${server.port}`).finally(server.stop);
}
