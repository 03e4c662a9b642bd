import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import type { Role } from "../contenders/contender.ts";
import { caseText } from "../measure/case-text.ts";
import type { CaseResult } from "../measure/results.ts";
import type { Suite } from "../measure/suite.ts";

/** `beside`: modules that the application has anyway, so they are not counted. */
type Import = [role: Role, name: string, code: string, beside?: string | undefined];

const all = (from: string) => `export * from "${from}"`;
const some = (names: string, from: string) => `export { ${names} } from "${from}"`;
const ours = (name: string, code: string, ...beside: [string?]): Import => ["ours", name, code, ...beside];
const peer = (name: string, code: string): Import => ["peer", name, code];

/** The imports that answer a question, ours and those of others. */
export const imports: Readonly<Record<string, Import[]>> = {
  "one tag in a list": [
    ours("listIncludes", some("listIncludes", "@entity-tag/core")),
    peer("IfNoneMatch of @remix-run/headers", some("IfNoneMatch", "@remix-run/headers")),
    peer("IfNoneMatch of @mjackson/headers", some("IfNoneMatch", "@mjackson/headers")),
  ],
  "the decision": [
    ours("evaluate", some("evaluate", "@entity-tag/core")),
    peer("fresh, two conditions of five", some("default", "fresh")),
    peer("handleCacheHeaders of h3, likewise", some("handleCacheHeaders", "h3")),
  ],
  "a date": [ours("parseDate", some("parseDate", "@entity-tag/core"))],
  "a tag from content": [
    ours("contentTag of core", some("contentTag", "@entity-tag/core")),
    ours("contentTag of node", some("contentTag", "@entity-tag/node")),
    peer("etag", some("default", "etag")),
    peer("@tinyhttp/etag", some("eTag", "@tinyhttp/etag")),
  ],
  "values and decisions": [ours("all of @entity-tag/core", all("@entity-tag/core"))],
  "a handler of Request and Response": [
    ours("all of @entity-tag/core/fetch", all("@entity-tag/core/fetch")),
    ours("all of @entity-tag/deno", all("@entity-tag/deno")),
    ours("all of @entity-tag/bun", all("@entity-tag/bun")),
    peer("hono/etag, reads by tag alone", some("etag", "hono/etag")),
  ],
  "middleware on Node": [
    ours("all of @entity-tag/node", all("@entity-tag/node")),
    ours("@entity-tag/node, beside core", all("@entity-tag/node"), "@entity-tag/core"),
    peer("@fastify/etag, one tag alone", some("default", "@fastify/etag")),
    peer(
      "koa-conditional-get, koa-etag and fresh",
      `export { default as a } from "koa-conditional-get"; export { default as b } from "koa-etag"; export { default as c } from "fresh"`,
    ),
    peer("send, files alone", some("default", "send")),
  ],
  "a client that keeps pages": [
    ours("conditionalFetch", some("conditionalFetch", "@entity-tag/client")),
    ours("rfc9111, beside core", some("rfc9111", "@entity-tag/client/rfc9111"), "@entity-tag/core"),
    peer(
      "axios and axios-cache-interceptor",
      `${some("default as a", "axios")}; ${all("axios-cache-interceptor")}`,
    ),
    peer("got", some("default", "got")),
  ],
  "a client that updates": [
    ours(
      "update with its errors, beside core",
      some(
        "update, google, oracle, odata, s3, http, ConflictError, HttpError, AmbiguousWriteError, MissingValidatorError, UnusableValidatorError",
        "@entity-tag/client",
      ),
      "@entity-tag/core",
    ),
  ],
  "a store": [
    ours("@entity-tag/store with memory", both("memory", "memoryStore")),
    ours("@entity-tag/store with SQLite", both("sqlite", "sqliteStore")),
    ours("@entity-tag/store with PostgreSQL", both("postgres", "postgresStore")),
    ours("@entity-tag/store with Redis", both("redis", "redisStore")),
  ],
};

export const suite: Suite = {
  about: "What an import adds to a bundle: minified, compressed with brotli, without what the runtime has.",
  async run({ wants }) {
    const cases: CaseResult[] = [];
    for (const [name, list] of Object.entries(imports)) {
      if (!wants(name)) continue;
      const wanted = list.filter(([, contender]) => wants(name, contender));
      const entries = wanted.map(async ([role, contender, code, beside]) => ({
        ...{ role, name: contender },
        rounds: [await sizeOf(code, beside)],
      }));
      const result: CaseResult = { name, unit: "bytes", entries: await Promise.all(entries) };
      console.log(caseText(result));
      cases.push(result);
    }
    return { cases, plots: [], skipped: [] };
  },
};

async function sizeOf(code: string, beside?: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "node", target: "es2022" },
    external: beside ? [beside, `${beside}/*`] : [],
  });
  return brotliCompressSync(outputFiles[0]!.contents).length;
}

function both(driver: string, name: string): string {
  return `${some("resource, mutate", "@entity-tag/store")}; ${some(name, `@entity-tag/store/${driver}`)}`;
}
