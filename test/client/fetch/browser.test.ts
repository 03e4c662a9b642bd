import { existsSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../adapters/bed/server.ts";
import { handler } from "./runtimes/handler.ts";
import { expected } from "./runtimes/reads.ts";
import { servers, type TestServer } from "./server.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
if (!executablePath) console.log("Chromium is not there: `apt-get install -y chromium`");

const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const imports = {
  "@entity-tag/client": "/modules/client/index.js",
  "@entity-tag/client/cache-storage": "/modules/client/cache-storage.js",
  "@entity-tag/client/store-contract": "/modules/client/store-contract.js",
  "@entity-tag/core": "/modules/core/index.js",
  "@entity-tag/core/adapter": "/modules/core/adapter.js",
  "@mjackson/headers": "/modules/headers.js",
};

// The page does its own import, because the test runner would handle an import in a test.
const loader = "<script>load = (name) => import(name)</script>";
/** A page that differs for each cookie. Its answer has no `Vary`, only another tag. */
const pageOfUser: RequestListener = (req, res) => {
  const user = /user=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
  if (req.headers["if-none-match"] === `"${user}"`) return res.writeHead(304, { ETag: `"${user}"` }).end();
  return res.writeHead(200, { ETag: `"${user}"` }).end(`the page of ${user}`);
};

interface Loader {
  // biome-ignore lint/suspicious/noExplicitAny: modules of the page
  load(name: string): Promise<any>;
}

describe.skipIf(!executablePath)("in Chromium", () => {
  const open = servers();
  let browser: Browser;
  let page: Page;
  let own: TestServer;
  let other: TestServer;
  let isDown = false;
  let hasMoved = false;

  beforeAll(async () => {
    own = await open.serve((req, res) => {
      const module = /^\/modules\/(.+)$/.exec(req.url!)?.[1];
      if (module || req.url === "/public") res.setHeader("Access-Control-Allow-Origin", "*");
      if (req.url === "/public") res.setHeader("Access-Control-Expose-Headers", "ETag");
      if (module) return res.writeHead(200, { "Content-Type": "text/javascript" }).end(moduleText(module));
      if (req.url === "/me") return pageOfUser(req, res);
      if (req.url === "/moves" && hasMoved) return res.writeHead(302, { Location: other.url }).end();
      if (req.method === "OPTIONS") return res.writeHead(405).end();
      if (req.url !== "/" && req.url !== "/sandboxed") return handler(req, res);
      if (req.url === "/sandboxed") res.setHeader("Content-Security-Policy", "sandbox allow-scripts");
      const map = JSON.stringify({ imports });
      return res
        .writeHead(200, { "Content-Type": "text/html" })
        .end(`<script type="importmap">${map}</script>${loader}`);
    });
    other = await open.serve((req, res) => {
      if (isDown) return req.socket.destroy();
      const isOpen = req.url?.startsWith("/open");
      res.setHeader("Access-Control-Allow-Origin", "*");
      if (req.url !== "/hidden") res.setHeader("Access-Control-Expose-Headers", "ETag");
      if (req.method === "OPTIONS") {
        if (isOpen) res.setHeader("Access-Control-Allow-Headers", "If-None-Match");
        return res.writeHead(204).end();
      }
      return handler(req, res);
    });
    browser = await chromium.launch({ executablePath: executablePath!, args: flags.split(" ") });
    page = await browser.newPage();
    await page.goto(`${own.url}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await open.close();
  });

  it("conditionalFetch remembers reads", async () => {
    const results = (await page.evaluate(async (base) => {
      const { load } = globalThis as unknown as Loader;
      const { reads } = await load("/modules/reads.js");
      return reads(await load("@entity-tag/client"), base);
    }, own.url)) as { events: string[] };
    const { events, ...rest } = results;
    expect(rest).toEqual(expected);
    expect(own.seen.filter(({ url }) => url === "/plain").map(({ status }) => status)).toEqual([
      200, 304, 304, 304,
    ]);
  });

  it("conditionalFetch across origins sends a condition if CORS allows it, and otherwise lets the browser revalidate", async () => {
    const ask = (path: string) =>
      page.evaluate(async (url) => {
        const { load } = globalThis as unknown as Loader;
        const { conditionalFetch } = await load("@entity-tag/client");
        const events: string[] = [];
        const remembering = conditionalFetch({
          onEvent: ({ text }: { text: string }) => events.push(text.split(";")[0]!),
        });
        const texts = [];
        for (let i = 0; i < 3; i++) texts.push(await (await remembering(url)).text());
        return { texts, events };
      }, other.url + path);
    const texts = ["Hello", "Hello", "Hello"];
    expect(await ask("/open")).toEqual({ texts, events: ["fwd=uri-miss", "fwd=stale", "fwd=stale"] });
    expect(await ask("/hidden")).toEqual({ texts, events: ["fwd=uri-miss", "fwd=bypass", "fwd=bypass"] });
    expect(await ask("/closed")).toEqual({ texts, events: ["fwd=uri-miss", "fwd=stale", "fwd=bypass"] });
  });

  /** The texts of three reads of one url, or the names of their errors. It calls `after` after each one. */
  async function thrice(page: Page, url: string, after: (nth: number) => void = () => {}): Promise<string[]> {
    const texts: string[] = [];
    const name = `on${crypto.randomUUID()}`;
    await page.exposeFunction(name, (text: string) => after(texts.push(text)));
    const given = { url, name };
    await page.evaluate(async ({ url, name }) => {
      const { load, [name]: on } = globalThis as unknown as Loader & Record<string, typeof fetch>;
      const { conditionalFetch } = await load("@entity-tag/client");
      const remembering = conditionalFetch();
      const read = async () => (await remembering(url)).text();
      for (let nth = 0; nth < 3; nth++) await on!(await read().catch(({ name }) => name));
    }, given);
    return texts;
  }

  it("conditionalFetch asks another origin with conditions again after a lost connection", async () => {
    const texts = await thrice(page, `${other.url}/open?lost`, (nth) => {
      isDown = nth === 1;
    });
    expect(texts).toEqual(["Hello", "TypeError", "Hello"]);
    expect(other.seen.at(-1)!.headers["if-none-match"]).toBe('"1"');
  });

  it("conditionalFetch follows a kept page to another origin that allows no condition", async () => {
    const texts = await thrice(page, `${own.url}/moves`, () => {
      hasMoved = true;
    });
    expect(texts).toEqual(["Hello", "Hello", "Hello"]);
    const methods = other.seen.filter(({ url }) => url === "/").map(({ method }) => method);
    expect(methods).toEqual(["OPTIONS", "GET", "GET"]);
  });

  it("conditionalFetch in a sandboxed page reads from the page's own server, which is another origin", async () => {
    const sandboxed = await browser.newPage();
    await sandboxed.goto(`${own.url}/sandboxed`);
    expect(await thrice(sandboxed, `${own.url}/public`)).toEqual(["Hello", "Hello", "Hello"]);
    await sandboxed.close();
    const methods = own.seen.filter(({ url }) => url === "/public").map(({ method }) => method);
    expect(methods).toEqual(["GET", "OPTIONS", "GET", "GET"]);
  });

  it("conditionalFetch gives each user their own page, also after another user has signed in with a cookie", async () => {
    const texts = await page.evaluate(async () => {
      const { load } = globalThis as unknown as Loader;
      const { conditionalFetch } = await load("@entity-tag/client");
      const remembering = conditionalFetch();
      const seen = [];
      for (const user of ["ann", "ann", "bob", "ann", "bob", "bob"]) {
        // biome-ignore lint/suspicious/noDocumentCookie: the simplest way to sign in another user
        document.cookie = `user=${user}`;
        seen.push(await (await remembering("/me")).text());
      }
      return seen;
    });
    expect(texts).toEqual(["ann", "ann", "bob", "ann", "bob", "bob"].map((user) => `the page of ${user}`));
    const statuses = own.seen.filter(({ url }) => url === "/me").map(({ status }) => status);
    expect(statuses).toEqual([200, 304, 200, 200, 200, 304]);
  });

  it("conditionalFetch with a store that persists needs `partition`", async () => {
    const said = await page.evaluate(async () => {
      const { load } = globalThis as unknown as Loader;
      const { conditionalFetch } = await load("@entity-tag/client");
      const { cacheStorageStore } = await load("@entity-tag/client/cache-storage");
      conditionalFetch({ store: cacheStorageStore(), partition: () => "ann" });
      try {
        conditionalFetch({ store: cacheStorageStore() });
        return "nothing";
      } catch (error) {
        return String(error);
      }
    });
    expect(said).toContain("TypeError: Cannot keep answers beyond this page without `partition`");
  });

  it("cacheStorageStore keeps the contract", async () => {
    const failures = await page.evaluate(async () => {
      const { load } = globalThis as unknown as Loader;
      const { cacheStorageStore } = await load("@entity-tag/client/cache-storage");
      const { storeContract } = await load("@entity-tag/client/store-contract");
      const failed: string[] = [];
      for (const { name, check } of storeContract)
        await check(cacheStorageStore()).catch((error: unknown) => failed.push(`${name}: ${String(error)}`));
      return [storeContract.length > 10, failed];
    });
    expect(failures).toEqual([true, []]);
  });

  it("cacheStorageStore loses a damaged answer and no other, and finds its cache again after somebody has deleted it", async () => {
    const events = await page.evaluate(async () => {
      const { load } = globalThis as unknown as Loader;
      const { conditionalFetch } = await load("@entity-tag/client");
      const { cacheStorageStore } = await load("@entity-tag/client/cache-storage");
      const events: string[] = [];
      let isBroken = false;
      const remembering = conditionalFetch({
        store: cacheStorageStore({
          name: "damaged",
          caches: {
            open: (name: string) => (isBroken ? Promise.reject(new Error("no disk")) : caches.open(name)),
          },
        }),
        partition: () => "ann",
        onEvent: ({ text }: { text: string }) => events.push(text.slice(0, 40)),
      });
      const read = async () => (await remembering("/plain?damaged")).text();
      isBroken = true;
      await read();
      isBroken = false;
      await read();
      await read();
      const cache = await caches.open("damaged");
      const [key] = await cache.keys();
      await cache.put(key!, new Response("?", { headers: { "Entity-Tag-Head": "%" } }));
      for (let nth = 0; nth < 3; nth++) await read();
      await caches.delete("damaged");
      for (let nth = 0; nth < 2; nth++) await read();
      return [...events, (await (await caches.open("damaged")).keys()).length];
    });
    const failure = (error: string) => `fwd=bypass; detail="the store failed: ${error}`.slice(0, 40);
    const missed = "fwd=uri-miss; fwd-status=200; stored";
    const revalidated = "fwd=stale; fwd-status=304";
    expect(events).toEqual([
      ...[failure("Error: no disk"), missed, missed, revalidated],
      ...[failure("URIError: URI malformed"), missed, missed, revalidated],
      ...[missed, revalidated, 1],
    ]);
  });
});

function moduleText(name: string): string {
  if (name === "reads.js")
    return stripTypeScriptTypes(readFileSync(`${import.meta.dirname}/runtimes/reads.ts`, "utf8"));
  if (name === "headers.js") {
    const client = createRequire(resolve(root, "packages/client/package.json"));
    return readFileSync(client.resolve("@mjackson/headers").replace(/\.cjs$/, ".js"), "utf8");
  }
  const [folder = "", ...rest] = name.split("/");
  return readFileSync(resolve(root, "packages", folder, "dist", rest.join("/")), "utf8");
}
