// A strict user compiles every entry of the packed packages without lib.dom, and checks their declarations, too.
import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { entries, installed, root } from "./tarballs.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);
const compilers = { "5.5": "test/node_modules/typescript-5.5", "6.0": "test/node_modules/typescript" };

/**
 * Types that do not compile by themselves under that compiler. Bun's use generic views, which 5.5 does not know. Those
 * of Deno on npm take `URL` and `Response` from another library, so Deno's own compiler checks them instead.
 */
const rows = [
  ["5.5", "@types/node"],
  ["5.5", "@cloudflare/workers-types"],
  ["6.0", "@types/node"],
  ["6.0", "bun-types"],
  ["6.0", "@cloudflare/workers-types"],
] as const;

/** Packages whose types are those of Node: on other platforms they cannot be imported. */
const nodeAlone = ["@entity-tag/node", "@entity-tag/fastify", "@entity-tag/koa", "@entity-tag/conformance"];

/** The frameworks whose types our packages for Fastify and Koa use. */
const frameworks = ["fastify", "koa", "@types/koa"];

let site: Awaited<ReturnType<typeof installed>>;
/** Bun's types bring those of a newer Node with them. */
let bunSite: typeof site;

beforeAll(async () => {
  site = await installed(["@types/node", "@cloudflare/workers-types", ...frameworks]);
  bunSite = await installed(["bun-types", ...frameworks]);
  for (const each of [site, bunSite]) prepare(each);
});
afterAll(() => {
  site.remove();
  bunSite.remove();
});

function prepare(site: { folder: string }): void {
  writeFileSync(`${site.folder}/package.json`, '{ "type": "module" }');
  copyFileSync(`${import.meta.dirname}/consumer.ts`, `${site.folder}/consumer.ts`);
  copyFileSync(`${import.meta.dirname}/consumer.ts`, `${site.folder}/required.cts`);
  copyFileSync(`${import.meta.dirname}/wrong-calls.ts`, `${site.folder}/wrong-calls.ts`);
  writeFileSync(`${site.folder}/every-entry.ts`, everyEntry(entries));
  writeFileSync(`${site.folder}/portable-entries.ts`, everyEntry(entries.filter(isPortable)));
}

describe("every export compiles for a strict user, and wrong calls do not", () => {
  it.for(rows)("TypeScript %s with %s", async ([compiler, platform]) => {
    const every = platform === "@cloudflare/workers-types" ? "portable-entries.ts" : "every-entry.ts";
    const files = ["consumer.ts", "required.cts", every];
    if (platform === "@types/node") files.push("wrong-calls.ts");
    const args = ["--types", platform.replace("@types/", ""), ...files];
    expect(await compile(compiler, args, platform === "bun-types" ? bunSite : site)).toBe("");
  });

  it("TypeScript 6.0 with node10 resolution, as Jest and Nest have had it for long", async () => {
    const old = ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"];
    expect(await compile("6.0", ["--types", "node", ...old, "consumer.ts", "every-entry.ts"])).toBe("");
  });

  it("Deno with its own types", async () => {
    writeFileSync(`${site.folder}/deno.json`, '{ "nodeModulesDir": "manual" }');
    const check = ["check", "--quiet", "consumer.ts", "portable-entries.ts"];
    const { stderr } = await run(`${root}/node_modules/.bin/deno`, check, { cwd: site.folder });
    expect(stderr).toBe("");
  });
});

function isPortable(entry: string): boolean {
  return !nodeAlone.some((name) => entry.startsWith(name));
}

/** Imports all entries, and does not compile if an export, an argument or a result is `any`. */
function everyEntry(names: readonly string[]): string {
  const imports = names.map((name, i) => `import * as m${i} from "${name}";`);
  const checks = names.map(
    (_, i) => `export const anyOf${i}: Anys<typeof m${i}>[] = [] as never[];\nisNever<Anys<typeof m${i}>>();`,
  );
  return `${imports.join("\n")}
type IsAny<T> = 0 extends 1 & T ? true : false;
type HasAny<T> = IsAny<T> extends true ? true : T extends (...args: infer A) => infer R ? IsAny<R> extends true ? true : A extends (infer E)[] ? IsAny<E> : false : false;
type Anys<M> = { [K in keyof M]: HasAny<M[K]> extends false ? never : K }[keyof M];
declare function isNever<T extends never>(): void;
${checks.join("\n")}
`;
}

async function compile(
  compiler: keyof typeof compilers,
  args: readonly string[],
  { folder } = site,
): Promise<string> {
  const tsc = `${root}/${compilers[compiler]}/bin/tsc`;
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
  const nodeNext = [
    "--target",
    "es2022",
    "--lib",
    "ES2022",
    "--module",
    "nodenext",
    "--moduleResolution",
    "nodenext",
  ];
  return run(process.execPath, [tsc, ...strict, ...nodeNext, ...args], { cwd: folder }).then(
    () => "",
    (error: { stdout: string; message: string }) => error.stdout || error.message,
  );
}
