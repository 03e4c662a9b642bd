import { bytes, keyBelow, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { request, said } from "./mutate/requests.ts";
import { watched } from "./mutate/watched-store.ts";

interface Page {
  content: string;
}

interface List {
  items: { key: string; url: string; etag: string; value: Page }[];
  next?: string;
}

const names = ["a b", "a/b", "b", "z", "é", "😀"];
const memory = memoryStore<Page>();
const { store, trips } = watched(memory);
const handle = resource(store, { key: keyBelow("/pages"), maxItems: 4 });

async function get(path = "/pages", headers: Record<string, string> = {}) {
  const response = await handle(request("GET", headers, undefined, path));
  const { status, etag, body } = await said(response);
  return { status, etag: etag!, list: body as List, headers: response.headers };
}

async function put(name: string, content: string): Promise<void> {
  await memory.swap(name, (await memory.read(name))?.version ?? null, { content });
}

beforeEach(async () => {
  for (const { key, version } of await memory.list("", { limit: 100 })) await memory.swap(key, version, null);
  for (const name of names) await put(name, `This is ${name}`);
  trips.length = 0;
});

describe("a collection", () => {
  test("resource lists the members with their values, each under its own url and tag", async () => {
    const { status, list, headers } = await get("/pages?limit=10");
    expect([status, headers.get("Content-Type"), headers.get("Cache-Control")]).toEqual([
      ...[200, "application/json", "no-cache"],
    ]);
    expect(list.items.map(({ key }) => key)).toEqual(names.slice(0, 4));
    for (const { key, url, etag, value } of list.items) {
      expect(value).toEqual({ content: `This is ${key}` });
      const single = await handle(request("GET", {}, undefined, url));
      expect(await said(single)).toEqual({ status: 200, etag, body: value });
    }
    expect(trips[0]).toBe("list+");
  });

  test("resource keeps the other parameters of a query in the link to the next page, since they may choose the key", async () => {
    const byQuery = resource(store, {
      key: ({ url }) => ({ prefix: new URL(url).searchParams.get("begins") ?? "none" }),
    });
    const seen: string[] = [];
    for (let path: string | undefined = "/pages?limit=1&begins=a&x=1%262"; path; ) {
      const { items, next } = (await said(await byQuery(request("GET", {}, undefined, path)))).body as List;
      seen.push(...items.map(({ key }) => key));
      if (next) expect(next).toMatch(/^\/pages\?begins=a&x=1%262&limit=1&cursor=\w+$/);
      path = next;
    }
    expect(seen).toEqual(["a b", "a/b"]);
  });

  test("resource shows a collection in pages, each with a link to the next", async () => {
    for (const limit of [1, 2, 3, 4]) {
      const seen: string[] = [];
      for (let path: string | undefined = `/pages?limit=${limit}`; path; ) {
        const { list, headers } = await get(path);
        expect(list.items.length).toBeLessThanOrEqual(limit);
        expect(headers.get("Link")).toBe(list.next ? `<${list.next}>; rel="next"` : null);
        seen.push(...list.items.map(({ key }) => key));
        path = list.next;
      }
      expect(seen).toEqual(names);
    }
  });

  test("resource does not promise a next page that would be empty", async () => {
    for (const name of names.slice(4)) await memory.swap(name, (await memory.read(name))!.version, null);
    expect((await get()).list).toMatchObject({ items: [{}, {}, {}, {}] });
    expect((await get()).list.next).toBeUndefined();
  });

  test("resource continues after a page whose last member was deleted", async () => {
    const { list } = await get("/pages?limit=3");
    await memory.swap("b", (await memory.read("b"))!.version, null);
    expect((await get(list.next)).list.items.map(({ key }) => key)).toEqual(names.slice(3));
  });

  test("resource answers 304 for an unchanged page, and reads no value for that", async () => {
    const { etag } = await get();
    trips.length = 0;
    const response = await handle(request("GET", { "If-None-Match": `"a", W/${etag}` }, undefined, "/pages"));
    expect([response.status, response.body, response.headers.get("ETag")]).toEqual([304, null, etag]);
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    expect(trips).toEqual(["list"]);
    expect((await get("/pages", { "If-None-Match": '"stale"' })).status).toBe(200);
    expect((await get("/pages", { "If-Match": '"stale"' })).status).toBe(412);
  });

  test("resource changes a collection's tag when a member changes, comes or goes, and never otherwise", async () => {
    const tags = new Set<string>();
    const look = async () => (await get()).etag;
    tags.add(await look()).add(await look());
    expect(tags.size).toBe(1);
    const changes = [
      () => put("a b", "Changed"),
      () => put("a b", "Changed"),
      () => put("a", "New, at the beginning"),
      async () => memory.swap("b", (await memory.read("b"))!.version, null),
      () => put("b", "This is b"),
    ];
    for (const [i, change] of changes.entries()) {
      await change();
      expect(tags.add(await look()).size, `change ${i}`).toBe(i + 2);
    }
    const before = await look();
    await put("😀", "Changed, on a later page");
    expect(await look()).toBe(before);
  });

  test("resource shows an empty collection as a page without members, with a tag", async () => {
    for (const name of names) await memory.swap(name, (await memory.read(name))!.version, null);
    const { status, etag, list } = await get();
    expect([status, list]).toEqual([200, { items: [] }]);
    expect((await get("/pages/", { "If-None-Match": etag })).status).toBe(304);
  });

  test("resource reads limit and cursor strictly, and caps the limit", async () => {
    expect((await get("/pages?limit=1000000")).list.items).toHaveLength(4);
    const wrong = ["limit=0", "limit=-1", "limit=1.5", "limit=ten", "limit=", "limit=1e3", "limit=%EF%BC%91"];
    const cursors = ["!", "%", "A", "____", "gIA", "AA", "é"].map(
      (cursor) => `cursor=${encodeURIComponent(cursor)}`,
    );
    for (const query of [...wrong, ...cursors]) {
      expect(await get(`/pages?${query}`), query).toMatchObject({ status: 400, list: { status: 400 } });
    }
  });

  test("resource answers HEAD as GET, and refuses writes to a collection", async () => {
    const [got, head] = [await get(), await handle(request("HEAD", {}, undefined, "/pages"))];
    expect([head.status, head.headers.get("ETag"), head.body]).toEqual([200, got.etag, null]);
    for (const method of ["PUT", "POST", "PATCH", "DELETE"]) {
      const response = await handle(request(method, {}, { content: "x" }, "/pages"));
      expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    }
    const options = await handle(request("OPTIONS", {}, undefined, "/pages"));
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  });
});

describe("where a collection is", () => {
  test("resource without a key treats a path that ends in a slash as a collection", async () => {
    const own = resource<Page>(memoryStore());
    for (const path of ["/a/1", "/a/2%20x", "/b/1"]) await own(request("PUT", {}, { content: path }, path));
    const { body } = await said(await own(request("GET", {}, undefined, "/a/")));
    expect((body as List).items.map(({ url, value }) => [url, value.content])).toEqual([
      ["/a/1", "/a/1"],
      ["/a/2%20x", "/a/2%20x"],
    ]);
  });

  test("resource puts the members of a prefix below the request's path, unless `url` says where they are", async () => {
    const own = memoryStore<Page>();
    await own.swap("user 1/a?b", null, { content: "x" });
    for (const [url, expected] of [
      [undefined, "/mine/a%3Fb"],
      [(key: string) => `/at/${key.length}`, "/at/10"],
    ] as const) {
      const serve = resource(own, { key: () => ({ prefix: "user 1/", url }) });
      const { body } = await said(await serve(request("GET", {}, undefined, "/mine?limit=5")));
      expect((body as List).items.map((item) => item.url)).toEqual([expected]);
    }
  });

  test("resource lists bytes without their values, which JSON cannot hold", async () => {
    const { store: images, trips: looks } = watched(memoryStore(bytes));
    const serve = resource(images, { key: keyBelow("/images"), contentType: "image/png" });
    await serve(new Request("https://example.com/images/a", { method: "PUT", body: new Uint8Array(3) }));
    looks.length = 0;
    const { body, etag } = await said(await serve(request("GET", {}, undefined, "/images")));
    expect(body).toEqual({ items: [{ key: "a", url: "/images/a", etag: expect.stringMatching(/^".+"$/) }] });
    expect((await serve(request("GET", { "If-None-Match": etag! }, undefined, "/images"))).status).toBe(304);
    expect(looks).toEqual(["list", "list"]);
  });
});
