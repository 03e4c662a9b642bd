import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../../free-port.ts";
import { programFolder, root, runtimes, start } from "../bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Documents whose programs that listen are run, with the built packages, as users get them. */
const documents = [
  ...["node-http", "express", "connect", "fastify", "koa"].map((name) => `docs/frameworks/${name}.md`),
  "packages/node/README.md",
];
const recipes = documents.flatMap((document) =>
  listening(document).map((program, index) => ({ document, index, program })),
);

const folder = await programFolder("node-recipes");
afterAll(() => rmSync(folder, { recursive: true }));

test("Every document of Node has a program that listens, of at most 25 lines", () => {
  expect(new Set(recipes.map(({ document }) => document))).toEqual(new Set(documents));
  for (const { program } of recipes) expect(program.trim().split("\n").length).toBeLessThanOrEqual(26);
});

describe.concurrent("The program of", () => {
  test.for(recipes)("$document serves a page on which no unseen change is overwritten", async (recipe) => {
    const file = `${folder}/${recipe.document.replaceAll(/\W/g, "-")}-${recipe.index}.mjs`;
    writeFileSync(file, recipe.program);
    const server = await start([...runtimes.node, file], await freePort());
    try {
      await expectPage(`http://localhost:${server.port}/`, /\bput\b/i.test(recipe.program));
    } finally {
      server.stop();
    }
  });
});

async function expectPage(url: string, isWritable: boolean) {
  const read = async () => (await fetch(url)).text();
  const first = await fetch(url);
  const etag = first.headers.get("ETag")!;
  expect([first.status, await first.text()]).toEqual([200, "Hello"]);
  expect(etag).toMatch(/^(W\/)?"/);

  for (const method of ["GET", "HEAD"]) {
    const again = await fetch(url, { method, headers: { "If-None-Match": `"other", W/${etag}` } });
    expect([again.status, again.headers.get("ETag"), await again.text()]).toEqual([304, etag, ""]);
  }
  if (!isWritable) return;

  const put = (headers: HeadersInit) => fetch(url, { method: "PUT", body: "Good bye", headers });
  expect((await put({})).status).toBe(428);
  const stale = await put({ "If-Match": '"0"' });
  expect([stale.status, stale.headers.get("ETag")]).toEqual([412, etag]);
  expect(await stale.json()).toMatchObject({ status: 412, field: "If-Match" });
  expect(await read()).toBe("Hello");

  const both = await Promise.all([put({ "If-Match": etag }), put({ "If-Match": etag })]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  const written = both.find(({ ok }) => ok)!;
  expect(written.headers.get("ETag")).not.toBe(etag);
  const last = await fetch(url);
  expect([last.headers.get("ETag"), await last.text()]).toEqual([written.headers.get("ETag"), "Good bye"]);
  await expectAnyType(url);
}

/** The page is the text that was sent, whatever type the client gives it: curl calls every body a form. */
async function expectAnyType(url: string) {
  const bodies = [
    ["application/x-www-form-urlencoded", "by curl"],
    ["application/json", '{"json":true}'],
    ["application/octet-stream", "bytes"],
    [undefined, undefined],
  ] as const;
  for (const [type, body] of bodies) {
    const etag = (await fetch(url)).headers.get("ETag")!;
    const headers = { "If-Match": etag, ...(type && { "Content-Type": type }) };
    const answer = await fetch(url, { method: "PUT", headers, ...(body !== undefined && { body }) });
    expect(answer.ok).toBe(true);
    expect(await (await fetch(url)).text()).toBe(body ?? "");
  }
}

/** The blocks of JavaScript and TypeScript whose first line says that they listen. */
function listening(document: string): string[] {
  const [, ...parts] = readFileSync(`${root}/${document}`, "utf8").split(/^```(?:js|ts)\n/m);
  return parts
    .map((part) => part.slice(0, part.indexOf("```")))
    .filter((program) => program.startsWith("// listens\n"));
}
