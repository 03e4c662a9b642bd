import { setTimeout as sleep } from "node:timers/promises";
import { type EntityTag, isWeak, weakMatch } from "@entity-tag/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, ask, GZIP, save } from "./ask.ts";
import { blockOf, rowOf } from "./guide.ts";
import { type Origin, type Settings, startOrigin } from "./origin.ts";
import { isInstalled, type ProductName, products, startBefore } from "./products.ts";
import { rows } from "./rows.ts";

const CACHED: Settings = { ifMatch: "weak", cacheControl: "max-age=60" };

let origin: Origin;
const stops: (() => unknown)[] = [];
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  origin.stop();
});

const started = new Map<string, Promise<string>>();

/** The URL of a new page behind the product. The product is started once for each configuration. */
async function through(name: ProductName, settings: Settings = {}, extra = ""): Promise<string> {
  const id = name + extra;
  if (!started.has(id)) {
    const starting = startBefore(origin.url, name, extra);
    stops.push(() => starting.then(({ stop }) => stop()));
    started.set(
      id,
      starting.then(({ url }) => url),
    );
  }
  const url = (await started.get(id)) + (await origin.serve(settings));
  origin.arrived.length = 0;
  return url;
}

const read = (url: string, headers = {}) => ask(url, "GET", { ...GZIP, ...headers });
const tagOf = ({ headers }: Answer) => headers.etag as EntityTag;

function about(name: ProductName, tests: (name: ProductName) => void): void {
  const isHere = isInstalled(name);
  const title = isHere ? name : `${name} (install it: ${products[name].install})`;
  describe.skipIf(!isHere)(title, { timeout: 30_000 }, () => tests(name));
}

for (const name of Object.keys(rows) as ProductName[]) {
  const { tag, set, settings, extra } = rows[name];
  about(name, () => {
    it(`the tag "v1" becomes ${tag} for a gzip client, which gets its 304 and saves with that tag: ${set}`, async () => {
      const url = await through(name, settings, extra);
      const first = await read(url);
      const seen = tagOf(first);
      expect(first.status).toBe(200);
      expect(formOf(seen)).toBe(tag);
      expect(first.headers["content-encoding"]).toBe(tag === '"v1"' ? undefined : "gzip");

      const again = await read(url, { "If-None-Match": seen });
      expect([again.status, again.text]).toEqual([304, ""]);
      if (isWeak(seen)) expect(weakMatch(tagOf(again), seen)).toBe(true);
      else expect(tagOf(again)).toBe(seen);

      const saved = await save(url, seen, "b");
      expect(saved.status, saved.text).toBe(204);
      const next = await read(url, { "If-None-Match": seen });
      expect([next.status, next.text.slice(0, 15)]).toEqual([200, '{"content":"bbb']);
      const stale = await save(url, seen, "c");
      expect(stale.status).toBe(412);
    });
  });
}

it.each(Object.entries(rows))("the guide's row for %s has its tag and its setting", (name, { tag, set }) => {
  const [, does, says] = rowOf(name);
  expect(does).toContain(`\`${tag}\``);
  expect(says).toContain(`\`${set}\``);
});

/** The form of a tag, in the words of the table. */
function formOf(tag: EntityTag): string {
  if (isWeak(tag)) return 'W/"v1"';
  return tag.endsWith('-gzip"') ? '"v1-gzip"' : '"v1"';
}

describe("without the settings of the table", () => {
  for (const name of ["nginx with gzip", "nginx with proxy_cache", "Varnish", "HAProxy"] as const) {
    about(name, () => {
      it("a save is always refused, because the tag is weak", async () => {
        const url = await through(name, {}, rows[name].extra);
        const saved = await save(url, tagOf(await read(url)), "b");
        expect(saved.status).toBe(412);
        expect(saved.text).toContain("but weak");
      });
    });
  }

  about("Apache with mod_deflate", (name) => {
    it("a client gets no 304 and cannot save, with `codings: []`", async () => {
      const url = await through(name, { codings: [] });
      const seen = tagOf(await read(url));
      expect((await read(url, { "If-None-Match": seen })).status).toBe(200);
      expect((await save(url, seen, "b")).status).toBe(412);
    });
  });

  about("nginx with proxy_cache", (name) => {
    it("the cache drops the conditions of a read, so the client gets no 304", async () => {
      const url = await through(name, { ifMatch: "weak" });
      const seen = tagOf(await read(url));
      expect((await read(url, { "If-None-Match": seen })).status).toBe(200);
      expect((await read(url, { "If-Match": '"other"' })).status).toBe(200);
      expect(origin.arrived).toEqual(["GET", "GET", "GET"]);
    });
  });

  about("Squid", (name) => {
    it("the cache stores the page, revalidates it itself, and sends the whole page if If-None-Match comes without a date", async () => {
      const url = await through(name);
      const first = await read(url);
      const condition = { "If-None-Match": tagOf(first) };
      expect((await read(url, condition)).status).toBe(200);
      const date = { "If-Modified-Since": first.headers["last-modified"] };
      expect((await read(url, { ...condition, ...date })).status).toBe(304);
      expect((await save(url, tagOf(first), "b")).status).toBe(204);
    });
  });
});

describe("other effects of a product", () => {
  const uncompressed = {
    "nginx with gzip": "gzip off;",
    "nginx with proxy_cache": "gzip off;",
    Varnish: "sub vcl_backend_response { set beresp.do_gzip = false; }",
  };
  for (const [name, extra] of Object.entries(uncompressed) as [ProductName, string][]) {
    about(name, () => {
      it("no tag is changed if the content is not compressed", async () => {
        const url = await through(name, {}, extra);
        const seen = tagOf(await read(url));
        expect(formOf(seen)).toBe('"v1"');
        expect((await save(url, seen, "b")).status).toBe(204);
      });
    });
  }

  for (const name of ["nginx with gzip", "Apache with mod_deflate", "HAProxy"] as const) {
    about(name, () => {
      it("every condition reaches the origin", async () => {
        const url = await through(name);
        for (const field of ["If-None-Match", "If-Match", "If-Range"])
          await read(url, { [field]: '"other"' });
        expect(origin.arrived).toEqual(["GET if-none-match", "GET if-match", "GET if-range"]);
      });
    });
  }

  for (const name of ["nginx with proxy_cache", "Varnish"] as const) {
    about(name, () => {
      it("If-Match of a PUT reaches the origin, and a PUT does not remove a fresh page from the cache", async () => {
        const url = await through(name, CACHED, rows[name].extra);
        const seen = tagOf(await read(url));
        expect((await save(url, seen, "b")).status).toBe(204);
        expect(origin.arrived.at(-1)).toBe("PUT if-match");
        const after = await read(url);
        expect(after.text.slice(0, 15)).toBe('{"content":"aaa');
        expect(weakMatch(tagOf(after), seen)).toBe(true);
      });
    });
  }

  about("Varnish", (name) => {
    it("the cache answers If-None-Match itself, and drops If-Match of a read", async () => {
      const url = await through(name);
      const seen = tagOf(await read(url));
      expect((await read(url, { "If-None-Match": seen })).status).toBe(304);
      expect((await read(url, { "If-Match": '"other"' })).status).toBe(200);
      expect(origin.arrived).toEqual(["GET", "GET", "GET"]);
    });

    it("a PUT removes the page from the cache, with the ban of the guide", async () => {
      const url = await through(name, CACHED, blockOf("vcl"));
      expect((await save(url, tagOf(await read(url)), "b")).status).toBe(204);
      expect((await read(url)).text.slice(0, 15)).toBe('{"content":"bbb');
    });
  });

  about("Squid", (name) => {
    it("a PUT removes a fresh page from the cache", async () => {
      const url = await through(name, CACHED);
      const seen = tagOf(await read(url));
      expect((await read(url, { "If-None-Match": seen })).status).toBe(304);
      expect(origin.arrived).toEqual(["GET"]);
      expect((await save(url, seen, "b")).status).toBe(204);
      expect((await read(url)).text.slice(0, 15)).toBe('{"content":"bbb');
    });
  });

  about("nginx with proxy_cache", (name) => {
    it("the cache, with proxy_cache_revalidate, treats the 304 for the client's copy as one for its own old copy", async () => {
      const extra = `${rows[name].extra} proxy_cache_revalidate on;`;
      const url = await through(name, { ifMatch: "weak", cacheControl: "max-age=1" }, extra);
      const saved = await save(url, tagOf(await read(url)), "b");
      await sleep(2100);
      const answer = await read(url, { "If-None-Match": tagOf(saved) });
      expect([answer.status, answer.text.slice(0, 15)]).toEqual([200, '{"content":"aaa']);
      expect(origin.arrived.at(-1)).toContain("if-none-match");
    });
  });
});
