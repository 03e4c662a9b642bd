import { type Dialect, google, http, items, odata, oracle, s3, update } from "@entity-tag/client";
import { describe, expect, it } from "vitest";
import { documentServer } from "./document-server.ts";

describe("items gives each member its own url and tag", () => {
  it("google: the url is the selfLink, or is made from the url of the collection without its query", () => {
    const body = {
      items: [
        { id: "a b", etag: '"1"' },
        { id: "c", etag: '"2"', selfLink: "https://x.test/self/c" },
      ],
    };
    expect(items(body, google, "https://x.test/events?max=2")).toEqual([
      { url: "https://x.test/events/a%20b", value: body.items[0], etag: '"1"' },
      { url: "https://x.test/self/c", value: body.items[1], etag: '"2"' },
    ]);
  });

  it("oracle: the url is the link with rel self, and the tag gets its quotes", () => {
    const worker = (href: string, ETag?: string) => ({
      "@context": { headers: { ETag } },
      links: [
        { rel: "child", href: "/child" },
        { rel: "self", href },
      ],
    });
    const body = { items: [worker("/workers/1", "ACED0005"), worker("/workers/2")] };
    expect(items(body, oracle, new URL("https://x.test/workers"))).toEqual([
      { url: "https://x.test/workers/1", value: body.items[0], etag: '"ACED0005"' },
      { url: "https://x.test/workers/2", value: body.items[1] },
    ]);
  });

  it("odata: ids are relative to the context, in the spellings of both versions", () => {
    const body = {
      "@odata.context": "https://x.test/v4/$metadata#People",
      value: [
        { "@odata.id": "People('a')", "@odata.etag": 'W/"1"' },
        { "@id": "People('b')", "@etag": '"2"' },
      ],
    };
    expect(items(body, odata).map(({ url, etag }) => [url, etag])).toEqual([
      ["https://x.test/v4/People('a')", 'W/"1"'],
      ["https://x.test/v4/People('b')", '"2"'],
    ]);
  });

  it("odata: a member without a link, as in minimal metadata, has no url", () => {
    const body = {
      "@odata.context": "https://x.test/v4/$metadata#People",
      value: [{ "@odata.etag": 'W/"1"', UserName: "ann" }, { "@odata.id": 5 }, null],
    };
    expect(items(body, odata, "https://x.test/v4/People").map(({ url }) => url)).toEqual(["", "", ""]);
  });

  it("http: urls and tags are read from a collection of resource()", () => {
    const body = { items: [{ key: "a", url: "/pages/a", etag: '"1"', value: { title: "A" } }] };
    expect(items(body, http, "https://x.test/pages")).toEqual([
      { url: "https://x.test/pages/a", value: { title: "A" }, etag: '"1"' },
    ]);
  });

  it("a user's own dialect works as well", () => {
    const couchdb: Dialect = {
      etag: "/_rev",
      quoted: false,
      items: "/rows",
      itemEtag: "/value/rev",
      url: (row, { base }) => `${base}/${(row as { id: string }).id}`,
      value: "/doc",
    };
    const body = { rows: [{ id: "a", value: { rev: "1-x" }, doc: { _id: "a" } }] };
    expect(items(body, couchdb, "https://x.test/db")).toEqual([
      { url: "https://x.test/db/a", value: { _id: "a" }, etag: '"1-x"' },
    ]);
  });

  it.each([undefined, null, 1, "x", [], {}, { items: 1 }, { value: null }, { items: [null, 1, "x", []] }])(
    "never throws on %j",
    (body) => {
      for (const dialect of [google, http, oracle, odata]) {
        for (const { etag } of items(body, dialect, "https://x.test/")) expect(etag).toBeUndefined();
      }
    },
  );

  it("a dialect that does not say where the members are is a TypeError, because it would find none", () => {
    for (const dialect of [s3, { etag: "/_rev" }])
      expect(() => items({ items: [{}] }, dialect)).toThrow("does not say where the members are");
  });

  it("update accepts a member without a read", async () => {
    const server = await documentServer({ n: 1 });
    const body = { items: [{ id: "document", etag: '"v1"', n: 1 }] };
    const [member] = items<{ n: number }>(body, google, new URL(".", server.url));
    await update(member!, (it) => ({ n: it.n + 1 }), { dialect: google });
    expect(server.methods()).toEqual(["PUT"]);
    server.close();
  });
});
