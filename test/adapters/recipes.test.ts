import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, describe, expect, it, vi } from "vitest";
import { programs } from "./bed/documents.ts";
import { expectPage } from "./bed/page.ts";
import { programFolder, runtimes, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The documents whose first program is a page, on which runtime it runs, and where the page is. Next's are in next.test.ts. */
const pages = [
  ["docs/frameworks/hono.md", "node", "/"],
  ["docs/frameworks/h3.md", "node", "/"],
  ["docs/frameworks/elysia.md", "bun", "/"],
  ["docs/frameworks/deno.md", "deno", "/"],
  ["docs/frameworks/bun.md", "bun", "/"],
  ["packages/deno/README.md", "deno", "/"],
  ["packages/bun/README.md", "bun", "/pages/home"],
] as const;

/** The second program of these sends itself. */
const files = [
  ["packages/deno/README.md", "deno"],
  ["packages/bun/README.md", "bun"],
] as const;

const folder = programFolder("recipes");
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent("The programs of the documents", () => {
  it.for(pages)(
    "%s: a page that is read, revalidated and written without a lost update",
    async ([document, runtime, path]) => {
      const program = programs(document)[0]!;
      if (document.startsWith("docs/")) expect(program.trim().split("\n").length).toBeLessThanOrEqual(20);
      await running(program, runtime, async (url) => expectPage(url + path));
    },
  );

  it.for(files)("%s: a file that is judged by the disk", async ([document, runtime]) => {
    const program = programs(document)[1]!;
    await running(program, runtime, async (url) => {
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
  runtime: "node" | "deno" | "bun",
  check: (url: string) => Promise<void>,
) {
  const file = `${folder}/program-${count++}.ts`;
  writeFileSync(file, program);
  const port = await freePort();
  const server = await start([...runtimes[runtime], file], port);
  await check(`http://localhost:${server.port}`).finally(server.stop);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
