import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { fileTag } from "@entity-tag/core";
import { fileState } from "@entity-tag/deno";
import { afterAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { programs } from "./bed/documents.ts";
import { apps, programFolder, root, runtimes, type Server, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = promisify(execFile);
const deno = runtimes.deno[0];
const folder = await programFolder("deno");
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, program: string): string => {
  writeFileSync(`${folder}/${name}`, program);
  return `${folder}/${name}`;
};

describe("fileState", () => {
  const mtime = new Date(1_700_000_000_123);

  it("fileState makes a tag of size and time, and says when the file was modified", () => {
    expect(fileState({ size: 10, mtime })).toEqual({
      etag: fileTag({ size: 10, mtimeMs: mtime.getTime() }),
      lastModified: mtime,
    });
  });

  it("fileState of a file that has just been written is weak", () => {
    expect(fileState({ size: 10, mtime: new Date(Date.now() - 5) }).etag).toMatch(/^W\//);
  });

  it("fileState without a time of modification has no validator, because a size alone proves nothing", () => {
    expect(fileState({ size: 10, mtime: null })).toEqual({});
  });
});

describe("conditional under Deno", () => {
  const inline = {
    "automatic-compression.ts": `
      import { conditional } from "@entity-tag/deno";
      const text = "The same words, again and again. ".repeat(100);
      const handler = () => new Response(text, { headers: { "content-type": "text/plain" } });
      const current = () => ({ etag: '"v1"' as const });
      const strict = conditional(handler, { current });
      const lenient = conditional(handler, { current, ifMatch: "weak" });
      Deno.serve({ port: 0, automaticCompression: true }, (request, info) =>
        (request.url.endsWith("/lenient") ? lenient : strict)(request, info));`,
    "lengths.ts": `
      import { conditional } from "@entity-tag/deno";
      const bodies = { "/text": () => new Response("hello"), "/json": () => Response.json({ a: 1 }),
        "/bytes": () => new Response(new Uint8Array(12)) };
      const answer = (request: Request) => bodies[new URL(request.url).pathname as "/text"]();
      const late = conditional(answer);
      const early = conditional(answer, { current: () => ({ etag: '"v1"' as const }) });
      Deno.serve({ port: 0 }, (request, info) =>
        (request.headers.has("X-Early") ? early : late)(request, info));`,
    "default-export.ts": `
      import { conditional } from "@entity-tag/deno";
      export default {
        fetch: conditional((_, { remoteAddr }) => new Response("hostname" in remoteAddr ? remoteAddr.hostname : "")),
      } satisfies Deno.ServeDefaultExport;`,
  };
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.stop();
  });
  const serve = async (command: readonly string[]) => {
    const server = await start(command);
    servers.push(server);
    return `http://localhost:${server.port}`;
  };

  it("a tagged answer keeps its Content-Length, for GET and HEAD", async () => {
    const url = await serve([...runtimes.deno, written("lengths.ts", inline["lengths.ts"])]);
    const lengthOf = async (path: string, method: string, headers: HeadersInit = {}) => {
      const answer = await fetch(url + path, { method, headers });
      expect(answer.headers.get("ETag"), path).not.toBeNull();
      return answer.headers.get("Content-Length");
    };
    for (const method of ["GET", "HEAD"]) {
      expect(await lengthOf("/text", method)).toBe("5");
      expect(await lengthOf("/json", method)).toBe("7");
      expect(await lengthOf("/bytes", method)).toBe("12");
      expect(await lengthOf("/text", method, { "X-Early": "1" })).toBe("5");
      expect(await lengthOf("/json", method, { "X-Early": "1" })).toBe("7");
    }
  });

  // Deno reads a small file within a few microtasks, unless the machine is busy.
  it("whether an answer gets a tag never depends on timing: a file has none, a text has one", async () => {
    const url = await serve([...runtimes.deno, `${apps}/files-deno.ts`]);
    const tagOf = async (path: string) => {
      const answer = await fetch(url + path);
      expect((await answer.arrayBuffer()).byteLength, path).toBeGreaterThan(0);
      return answer.headers.has("ETag");
    };
    for (const [path, isTagged] of Object.entries({
      stream: false,
      coded: false,
      static: false,
      text: true,
    })) {
      const answers: boolean[] = [];
      for (let i = 0; i < 30; i++) answers.push(await tagOf(`/${path}`));
      answers.push(...(await Promise.all(Array.from({ length: 30 }, () => tagOf(`/${path}`)))));
      expect(answers, path).toEqual(Array.from({ length: 60 }, () => isTagged));
    }
  });

  it("a tag that Deno weakens when it compresses revalidates reads; a write with it needs ifMatch: weak", async () => {
    const name = "automatic-compression.ts";
    const url = await serve([...runtimes.deno, written(name, inline[name])]);
    const first = await fetch(url, { headers: { "Accept-Encoding": "gzip" } });
    expect(first.headers.get("Content-Encoding")).toBe("gzip");
    const etag = first.headers.get("ETag")!;
    expect(etag).toBe('W/"v1"');
    expect((await fetch(url, { headers: { "If-None-Match": etag } })).status).toBe(304);
    const put = (path: string) => fetch(url + path, { method: "PUT", headers: { "If-Match": etag } });
    expect((await put("/strict")).status).toBe(412);
    expect((await put("/lenient")).status).toBe(200);
  });

  it("a default export is served by deno serve, and gets the info about the connection", async () => {
    const name = "default-export.ts";
    const [, , ...options] = runtimes.deno;
    const url = await serve([deno, "serve", "--port=0", ...options, written(name, inline[name])]);
    const first = await fetch(url);
    expect(await first.text()).toMatch(/127\.0\.0\.1|::1/);
    const again = await fetch(url, { headers: { "If-None-Match": first.headers.get("ETag")! } });
    expect(again.status).toBe(304);
  });

  it("Deno's own types accept the handler, wherever Deno takes one", async () => {
    const file = written(
      "types.ts",
      `import { conditional, fileState } from "${root}/packages/deno/src/index.ts";
      Deno.serve(conditional((request, info) => new Response(request.url + info.remoteAddr.hostname)));
      Deno.serve({ path: "/tmp/s" }, conditional((_, info: Deno.ServeHandlerInfo<Deno.UnixAddr>) => new Response(info.remoteAddr.path)));
      export const { etag } = fileState(await Deno.stat("."));
      ${Object.values(inline)
        .join("\n")
        .replaceAll(/import .* from "@entity-tag\/deno";/g, "")}`,
    );
    await run(deno, ["check", "--no-remote", "--config", `${root}/packages/deno/deno.json`, file]);
  });
});

describe("The programs of packages/deno/README.md", () => {
  const documented = programs("packages/deno/README.md");
  const running = async (name: string, program: string, check: (url: string) => Promise<void>) => {
    const port = await freePort();
    const server = await start([...runtimes.deno, written(name, program)], port);
    await check(`http://localhost:${port}`).finally(server.stop);
  };

  it("a file that was deleted is a 404, and not an error", async () => {
    const file = written("fleeting.txt", "here now");
    const program = documented[1]!.replace("new URL(import.meta.url)", JSON.stringify(file));
    expect(program).toContain(file);
    await running("file.ts", program, async (url) => {
      expect(await (await fetch(url)).text()).toBe("here now");
      rmSync(file);
      for (const headers of [{}, { "If-None-Match": "*" }]) {
        expect((await fetch(url, { headers })).status).toBe(404);
      }
      expect((await fetch(url, { method: "PUT", headers: { "If-Match": "*" } })).status).toBe(412);
    });
  });

  it("a 304 has the tag and the Vary of its 200 under automaticCompression, and a write with that tag succeeds", async () => {
    await running("compressed.ts", documented[2]!, async (url) => {
      for (const coding of ["gzip", "identity"]) {
        const headers = { "Accept-Encoding": coding };
        const first = await fetch(url, { headers });
        expect(first.headers.get("Content-Encoding")).toBe(coding === "gzip" ? coding : null);
        const etag = first.headers.get("ETag")!;
        const again = await fetch(url, { headers: { ...headers, "If-None-Match": etag } });
        expect(again.status).toBe(304);
        for (const name of ["ETag", "Vary"]) expect(again.headers.get(name)).toBe(first.headers.get(name));
        expect(again.headers.get("Vary")).toBe("Accept-Encoding");
        expect((await fetch(url, { method: "PUT", headers: { "If-Match": etag } })).status).toBe(200);
        expect((await fetch(url, { method: "PUT", headers: { "If-Match": '"0"' } })).status).toBe(412);
      }
    });
  });
});

describe("packages/deno", () => {
  const read = (file: string) => readFileSync(`${root}/packages/deno/${file}`, "utf8");

  it("deno.json and package.json agree", () => {
    const jsr = JSON.parse(read("deno.json"));
    const npm = JSON.parse(read("package.json"));
    const core = JSON.parse(readFileSync(`${root}/packages/core/package.json`, "utf8"));
    expect([jsr.name, jsr.version, jsr.license]).toEqual([npm.name, npm.version, npm.license]);
    expect(jsr.imports["@entity-tag/core"]).toBe(`npm:@entity-tag/core@^${core.version}`);
    expect(jsr.imports["@entity-tag/core/fetch"]).toBe(`npm:@entity-tag/core@^${core.version}/fetch`);
  });

  it("deno publish accepts the package", async () => {
    const { stdout, stderr } = await run(deno, ["publish", "--dry-run", "--allow-dirty"], {
      cwd: `${root}/packages/deno`,
    });
    expect(stdout + stderr).toContain("Dry run complete");
  });
});
