// Every recipe, guide and README compiles as strict TypeScript without a cast, against the packed packages in an empty
// folder.
import { execFile } from "node:child_process";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { programs } from "../adapters/bed/documents.ts";
import { installed, root } from "./tarballs.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);

/** The packages that the recipes import, besides ours. */
const frameworks = [
  "@cloudflare/workers-types",
  "@fastify/cors",
  "@hono/node-server",
  "@koa/cors",
  "@nestjs/common",
  "@sveltejs/kit",
  "@tanstack/query-core",
  "@types/connect",
  "@types/cors",
  "@types/express",
  "@types/koa",
  "@types/koa__cors",
  "@types/pg",
  "astro",
  "connect",
  "cors",
  "elysia",
  "express",
  "fastify",
  "h3",
  "hono",
  "koa",
  "next",
  "pg",
  "react-router",
  "redis",
  "srvx",
];

/** The files that a reader has beside the blocks of a document. */
const beside: Record<string, Record<string, string>> = {
  nestjs: { "authorized.guard.ts": "export class Authorized { canActivate(): boolean { return true; } }" },
};

/** The README of the client has a test of its own: `test/client/types/readme.test.ts`. */
const documents = globSync(
  "{README,docs/frameworks/*,docs/guides/*,packages/{bun,core,deno,fastify,koa,next,node,store}/README}.md",
  { cwd: root },
).sort();
let site: Awaited<ReturnType<typeof installed>>;
let bunSite: typeof site;

beforeAll(async () => {
  [site, bunSite] = await Promise.all([
    installed(["@types/node", ...frameworks]),
    installed(["bun-types", ...frameworks]),
  ]);
});
afterAll(() => {
  site.remove();
  bunSite.remove();
});

describe("strict TypeScript", () => {
  it("has no cast and no `any` in a recipe, and none in the README of an adapter", () => {
    const recipes = documents.filter((name) =>
      /frameworks|mounting|(?:bun|deno|fastify|koa|next|node)\/README/.test(name),
    );
    expect(recipes.length).toBeGreaterThan(20);
    for (const document of recipes) {
      for (const program of programs(document)) {
        // The line that prints the address of a program's server is not part of the recipe.
        expect(program.replaceAll(" as AddressInfo", ""), document).not.toMatch(
          /\bas (?!const\b|\w+[,\s]+\}? from|\w+ \} from)|: any\b|@ts-|<any>/,
        );
      }
    }
  });

  it("compiles all programs for Node", async () => {
    const files = documents.flatMap((document) => filesOf(document, "node", site.folder));
    expect(files.length).toBeGreaterThan(12);
    expect(await compile(site.folder, "node", files)).toBe("");
  });

  it("compiles the programs for Bun", async () => {
    const files = documents.flatMap((document) => filesOf(document, "bun", bunSite.folder));
    expect(files.length).toBeGreaterThan(1);
    expect(await compile(bunSite.folder, "bun-types", files)).toBe("");
  });

  it("compiles the program for a Durable Object", async () => {
    const files = documents.flatMap((document) => filesOf(document, "workers", site.folder));
    expect(files.length).toBeGreaterThan(0);
    expect(await compile(site.folder, "@cloudflare/workers-types", files, ["es2023"])).toBe("");
  });

  it("compiles the program for Deno", async () => {
    const files = documents.flatMap((document) => filesOf(document, "deno", site.folder));
    expect(files.length).toBeGreaterThan(0);
    writeFileSync(`${site.folder}/deno.json`, '{ "nodeModulesDir": "manual" }');
    await run(`${root}/node_modules/.bin/deno`, ["check", "--quiet", ...files], { cwd: site.folder });
  });
});

/** Writes the blocks of a document that run on this platform, and returns their files. */
function filesOf(document: string, platform: "node" | "bun" | "deno" | "workers", folder: string): string[] {
  const name =
    basename(document, ".md") === "README"
      ? `readme-${basename(dirname(document))}`
      : basename(document, ".md");
  const blocks = programs(document).map((program, index) => ({
    program,
    file: /^\/\/ (?:\S+\/)?(\S+\.ts)\n/.exec(program)?.[1] ?? `block-${index}.ts`,
    runsOn: program.includes('from "cloudflare:workers"')
      ? "workers"
      : (/^\/\/ runtime: (bun|deno)/.exec(program)?.[1] ?? "node"),
  }));
  const own = blocks.filter(({ runsOn }) => runsOn === platform);
  if (own.length === 0) return [];
  mkdirSync(`${folder}/${name}`, { recursive: true });
  for (const { file, program } of own) writeFileSync(`${folder}/${name}/${file}`, program);
  for (const [file, text] of Object.entries(beside[name] ?? {}))
    writeFileSync(`${folder}/${name}/${file}`, text);
  return own.map(({ file }) => `${name}/${file}`);
}

/**
 * The compiler's errors for these files, with the settings of an application: with the types of the DOM that `fetch`
 * needs, unless `types` has them and `lib` leaves the DOM out.
 */
async function compile(
  folder: string,
  types: string,
  files: readonly string[],
  lib?: readonly string[],
): Promise<string> {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "es2023",
    module: "preserve",
    moduleResolution: "bundler",
    experimentalDecorators: true,
    noUncheckedIndexedAccess: true,
    types: [types],
    lib,
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: options, files }));
  const tsc = `${root}/test/node_modules/typescript/bin/tsc`;
  return run(process.execPath, [tsc, "-p", "."], { cwd: folder }).then(
    () => "",
    (error: { stdout: string; message: string }) => error.stdout || error.message,
  );
}
