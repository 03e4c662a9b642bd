import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { programs } from "../adapters/bed/documents.ts";
import { expectRace } from "../adapters/bed/page.ts";
import { programFolder, root, runtimes, start } from "../adapters/bed/server.ts";
import { freePort } from "../free-port.ts";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";
import { elsewhere, type Race, races } from "./races.ts";

// Programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const folder = await programFolder("races");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A method that writes, or a function that writes or judges a write. */
const writes =
  /"(PUT|PATCH|DELETE|POST)"|\b(PUT|PATCH|DELETE|POST)\b\s*[:(,]|\.(put|patch|delete|post)\(|\b(mutate|resource|checkPreconditions|ifMatch)\(|\.swap\(|\bUPDATE\b|\b(update|create|remove)[<(]/;

const blocks = codeBlocks().filter(({ code }) => writes.test(code));
const isOf = ({ document, has }: { document: string; has: string }, { where, code }: CodeBlock) =>
  where.startsWith(`${document}:`) && code.includes(has);

describe.concurrent("of two writers whose bodies arrive at once exactly one wins, in every block that writes", () => {
  for (const [index, block] of blocks.entries()) {
    const race = races.find((each) => isOf(each, block));
    const other = elsewhere.find((each) => isOf(each, block));
    if (other && !race) continue;
    it(block.where, async () => {
      if (block.listens) return expectServerRace(block, index);
      expect(race, "say in races.ts how two writers meet here").toBeDefined();
      await expectModuleRace(block, race!, index);
    });
  }
});

it("each entry of races.ts is about exactly one block", () => {
  for (const each of [...races, ...elsewhere]) {
    const found = codeBlocks().filter((block) => isOf(each, block));
    expect(
      found.map(({ where }) => where),
      `${each.document}: ${each.has}`,
    ).toHaveLength(1);
    expect(blocks).toContainEqual(found[0]);
  }
});

it.each(globSync("docs/frameworks/*.md", { cwd: root }))(
  "%s says how a write is protected if the state is in a database",
  (document) => {
    const text = readFileSync(`${root}/${document}`, "utf8");
    expect(text).toContain("(../guides/mounting.md)");
    expect(text).toContain("(../atomic-writes.md)");
  },
);

/** Recipes that are not programs, and the test that builds the application and races its writers. */
const applications: Record<string, string> = {
  astro: "frameworks",
  nestjs: "frameworks",
  next: "next",
  "react-router": "frameworks",
  sveltekit: "frameworks",
  workers: "recipes-hooks",
};

it.each(globSync("docs/frameworks/*.md", { cwd: root }))(
  "%s: its writers are raced by another test",
  (document) => {
    const [program = ""] = programs(document).filter(
      (block) => writes.test(block) && !block.startsWith("// cors.ts"),
    );
    // recipes.test.ts starts every program that listens, and lets two writers meet.
    if (program === "" || program.includes("// listens")) return;
    const name = basename(document, ".md");
    const test = readFileSync(`${root}/test/adapters/${applications[name]}.test.ts`, "utf8");
    expect(test).toMatch(new RegExp(`"${name}"|docs/frameworks/${name}.md`));
    expect(test).toContain("expectPage(");
  },
);

async function expectServerRace({ code, runtime }: CodeBlock, index: number): Promise<void> {
  const file = `${folder}/server-${index}.ts`;
  writeFileSync(file, code);
  const server = await start([...runtimes[runtime], file], await freePort());
  try {
    const at = (path: string) => `http://localhost:${server.port}${path}`;
    const isPage = async (path: string) => (await fetch(at(path))).headers.has("ETag");
    const path = (await isPage("/")) ? "/" : "/pages/home";
    await expectRace(at(path));
  } finally {
    server.stop();
  }
}

async function expectModuleRace({ code }: CodeBlock, race: Race, index: number): Promise<void> {
  const { until, behind, method = "PUT", body = "mine", statuses = [204, 412] } = race;
  if (until !== undefined) expect(code).toContain(until);
  const shown = until === undefined ? code : code.slice(0, code.indexOf(until));
  const file = `${folder}/module-${index}.ts`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${shown}\n${behind}\n`);
  const { save, url = "http://localhost/", tag = await tagOf(save, url), kept, close } = await import(file);
  try {
    let release = () => {};
    const arrived = new Promise<void>((resolve) => {
      release = resolve;
    });
    const write = () => {
      const content = new ReadableStream<Uint8Array>({
        async start(controller) {
          // A client sends the head with the first part of the body.
          const [first, ...rest] = new TextEncoder().encode(body);
          controller.enqueue(Uint8Array.of(first!));
          await arrived;
          controller.enqueue(Uint8Array.from(rest));
          controller.close();
        },
      });
      const headers = { "Content-Type": "application/json", ...(tag !== null && { "If-Match": tag }) };
      const init = { method, headers, body: content, duplex: "half" };
      return save(new Request(url, init as RequestInit)) as Promise<Response>;
    };
    const both = Promise.all([write(), write()]);
    await new Promise((later) => setTimeout(later, 50));
    release();
    expect((await both).map(({ status }) => status).sort()).toEqual(statuses);
    if (kept) expect(await kept()).toBe(true);
  } finally {
    await close?.();
  }
}

async function tagOf(save: (request: Request) => Promise<Response>, url: string): Promise<string> {
  const etag = (await save(new Request(url))).headers.get("ETag");
  expect(etag).toMatch(/^"/);
  return etag!;
}
