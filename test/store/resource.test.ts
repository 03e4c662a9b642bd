import {
  bytes,
  keyBelow,
  type ResourceOptions,
  resource,
  StoreBusyError,
  type VersionedStore,
} from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { describe, expect, test, vi } from "vitest";
import { request, said } from "./mutate/requests.ts";
import { contested, watched } from "./mutate/watched-store.ts";

interface Page {
  content: string;
}

const hello: Page = { content: "Hello" };
const key = keyBelow("/pages");

/** Pages with one at `/pages/home`, and the handler that serves them. */
async function pagesWithHome(options: ResourceOptions<Page> = {}) {
  const memory = memoryStore<Page>();
  const { store, trips } = watched(memory);
  const handle = resource(store, { key, ...options });
  const swap = await memory.swap("home", null, hello);
  const { version, lastModified } = swap.swapped && swap.current ? swap.current : expect.fail();
  const tagNow = async () => `"${(await memory.read("home"))?.version}"`;
  const modified = new Date(lastModified!).toUTCString();
  return { memory, handle, trips, tag: `"${version}"`, version, modified, tagNow };
}

describe("GET and HEAD", () => {
  test("resource shows the value with its tag, its time and its length", async () => {
    const { handle, tag, modified } = await pagesWithHome();
    const response = await handle(request("GET"));
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-cache",
      "content-length": "19",
      "content-type": "application/json",
      etag: tag,
      "last-modified": modified,
    });
    expect(await said(response)).toEqual({ status: 200, etag: tag, body: hello });
  });

  test("resource answers HEAD as GET, without the body", async () => {
    const { handle, tag } = await pagesWithHome();
    const requests = [{}, { "If-None-Match": tag }, { "If-Match": '"other"' }, { Accept: "text/html" }];
    for (const headers of requests) {
      const [get, head] = [await handle(request("GET", headers)), await handle(request("HEAD", headers))];
      const fields = new Headers(get.headers);
      // A refusal of HEAD says the length of GET's, since a server may write 0 otherwise.
      if (get.status === 412) fields.set("Content-Length", String((await get.bytes()).length));
      expect([head.status, [...head.headers]]).toEqual([get.status, [...fields]]);
      expect(head.body).toBeNull();
    }
    expect((await handle(request("HEAD", {}, undefined, "/pages/none"))).status).toBe(404);
  });

  test.each([
    ["the same tag", { "If-None-Match": "TAG" }, 304],
    ["the same tag, weak", { "If-None-Match": "W/TAG" }, 304],
    ["a list with the tag", { "If-None-Match": '"a", TAG, ,"b"' }, 304],
    ["a star", { "If-None-Match": "*" }, 304],
    ["the tag of star", { "If-None-Match": '"*"' }, 200],
    ["another tag", { "If-None-Match": '"other"' }, 200],
    ["an unreadable list", { "If-None-Match": "TAG, other" }, 200],
    ["a date that is not past", { "If-Modified-Since": "TIME" }, 304],
    [
      "another tag and a date that is not past",
      { "If-None-Match": '"other"', "If-Modified-Since": "TIME" },
      200,
    ],
    ["the tag in If-Match", { "If-Match": "TAG" }, 200],
    ["another tag in If-Match", { "If-Match": '"other"' }, 412],
    ["the tag in both", { "If-Match": "TAG", "If-None-Match": "TAG" }, 304],
    ["the tag of a compressed form, which is not the selected one", { "If-None-Match": "GZIP" }, 200],
  ])("resource, asked with %s, answers as RFC 9110 says", async (_, headers, status) => {
    const { handle, tag, version, modified } = await pagesWithHome({ codings: ["gzip"] });
    const words = { TAG: tag, TIME: modified, GZIP: `"${version}-gzip"` };
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, field]) => [
        name,
        Object.entries(words).reduce((text, [word, value]) => text.replace(word, value), field),
      ]),
    );
    const response = await handle(request("GET", sent));
    expect(response.status).toBe(status);
    expect(response.headers.get("ETag")).toBe(tag);
    if (status !== 304) return;
    expect(response.body).toBeNull();
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-cache",
      etag: tag,
      "last-modified": modified,
    });
  });

  test("resource answers 404 for an absent value, whatever the conditions are", async () => {
    const { handle } = await pagesWithHome();
    for (const headers of [{}, { "If-None-Match": "*" }, { "If-Match": "*" }, { "If-Match": '"a"' }]) {
      const response = await handle(request("GET", headers, undefined, "/pages/none"));
      expect(await said(response)).toMatchObject({ status: 404, etag: null, body: { status: 404 } });
    }
  });

  test("resource answers 406 when Accept excludes its content type", async () => {
    const { handle } = await pagesWithHome();
    const lines: [string, number][] = [
      ["*/*", 200],
      ["application/json", 200],
      ["text/html, application/*;q=0.1", 200],
      ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200],
      ["", 200],
      ["text/html", 406],
      ["application/json;q=0", 406],
      ["application/json;q=0, */*", 406],
      ["*/*, application/*;q=0", 406],
      ["application/json;q=0.1, */*;q=0", 200],
      ["application/*;q=0, Application/JSON", 200],
      [`text/html,${" ".repeat(5000)}x`, 200],
    ];
    for (const [accept, status] of lines) {
      expect((await handle(request("GET", { Accept: accept }))).status, accept).toBe(status);
    }
  });

  test("resource reads in one round trip, and no value that the client has", async () => {
    const { handle, trips, tag } = await pagesWithHome();
    const reads: [Record<string, string>, string][] = [
      [{}, "read+"],
      [{ "If-None-Match": '"stale"' }, "readUnless+"],
      [{ "If-None-Match": tag }, "readUnless"],
      [{ "If-None-Match": `"stale", W/${tag}` }, "readUnless"],
      [{ "If-None-Match": "*" }, "readUnless"],
      [{ "If-None-Match": "unreadable" }, "read+"],
    ];
    for (const [headers] of reads) await handle(request("GET", headers));
    expect(trips).toEqual(reads.map(([, trip]) => trip));
  });

  test("resource reads again when a store has left out a value that is needed", async () => {
    const { memory } = await pagesWithHome();
    const lean: VersionedStore<Page> = { ...memory, readUnless: (name) => memory.readUnless(name, "*") };
    const response = await resource(lean, { key })(request("GET", { "If-None-Match": '"stale"' }));
    expect(await said(response)).toMatchObject({ status: 200, body: hello });
  });

  test("resource needs only read and swap", async () => {
    const { read, swap } = memoryStore<Page>();
    const handle = resource({ read, swap }, { key });
    const created = await handle(request("PUT", {}, hello));
    const tag = created.headers.get("ETag")!;
    expect((await handle(request("GET", { "If-None-Match": tag }))).status).toBe(304);
    expect((await handle(request("GET"))).status).toBe(200);
    expect((await handle(request("DELETE", { "If-Match": tag }))).status).toBe(204);
  });
});

describe("PUT", () => {
  test("resource creates with 201 and Location, and updates with 204, both with the new tag", async () => {
    const { handle, memory, tagNow } = await pagesWithHome();
    const created = await handle(request("PUT", { "If-None-Match": "*" }, hello, "/pages/new%20page"));
    expect(created.headers.get("Location")).toBe("/pages/new%20page");
    const { version } = (await memory.read("new page"))!;
    expect(await said(created)).toEqual({ status: 201, etag: `"${version}"`, body: "" });
    const updated = await handle(request("PUT", { "If-Match": "*" }, { content: "Bye" }));
    expect(await said(updated)).toEqual({ status: 204, etag: await tagNow(), body: "" });
    expect((await memory.read("home"))?.value).toEqual({ content: "Bye" });
  });

  test("resource shows the new value under Prefer: return=representation", async () => {
    const { handle, tagNow } = await pagesWithHome();
    const response = await handle(request("PUT", { Prefer: "return=representation" }, { content: "Bye" }));
    expect(response.headers.get("Content-Location")).toBe("/pages/home");
    expect(response.headers.get("Preference-Applied")).toBe("return=representation");
    expect(await said(response)).toEqual({ status: 200, etag: await tagNow(), body: { content: "Bye" } });
    const created = await handle(request("PUT", { Prefer: "return=representation" }, hello, "/pages/2"));
    expect(await said(created)).toMatchObject({ status: 201, body: hello });
  });

  test.each([
    ["return=representation", 200],
    ['return="representation"', 200],
    ["Return = Representation", 200],
    ["respond-async, return=representation; x=1", 200],
    ['foo="a, return=minimal", return=representation', 200],
    ['foo="a\\", return=minimal", return=representation', 200],
    ["return=representation, return=minimal", 200],
    ["return=minimal, return=representation", 204],
    ['foo="return=representation"', 204],
    ["return=anything", 204],
    ["return", 204],
    ['return="', 204],
  ])("resource reads Prefer: %s", async (prefer, status) => {
    const { handle } = await pagesWithHome();
    const response = await handle(request("PUT", { Prefer: prefer }, { content: "Bye" }));
    expect(response.status).toBe(status);
  });

  test("resource refuses a stale write with 412 and the current tag, and writes nothing", async () => {
    const { handle, tag, memory, version } = await pagesWithHome();
    const response = await handle(request("PUT", { "If-Match": '"stale"' }, { content: "Bye" }));
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await said(response)).toMatchObject({ status: 412, etag: tag, body: { status: 412 } });
    expect((await memory.read("home"))?.version).toBe(version);
  });

  test("resource puts the current representation into a 412 under Prefer: return=representation", async () => {
    const { handle, tag } = await pagesWithHome();
    const stale = { "If-Match": '"stale"', Prefer: "return=representation" };
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const type = method === "PATCH" ? { "Content-Type": "application/merge-patch+json" } : {};
      const response = await handle(request(method, { ...stale, ...type }, { content: "Bye" }));
      expect(response.headers.get("Content-Type")).toBe("application/json");
      expect(response.headers.get("Content-Location")).toBe("/pages/home");
      expect(response.headers.get("Preference-Applied")).toBe("return=representation");
      expect(await said(response), method).toEqual({ status: 412, etag: tag, body: hello });
    }
    const nothing = await handle(request("PUT", stale, hello, "/pages/none"));
    expect(await said(nothing)).toMatchObject({ status: 412, etag: null, body: { status: 412 } });
  });

  test("resource puts the other client's value into the 412 after a lost swap", async () => {
    const { memory, tag } = await pagesWithHome();
    const handle = resource(contested(memory, [{ content: "Faster" }]), { key });
    const prefer = { "If-Match": tag, Prefer: "return=representation" };
    const response = await handle(request("PUT", prefer, { content: "Slower" }));
    expect(await said(response)).toMatchObject({ status: 412, body: { content: "Faster" } });
  });

  test("resource demands a condition under require, and names If-Match", async () => {
    const { handle, tag, memory, version } = await pagesWithHome({ require: true });
    for (const method of ["PUT", "DELETE"]) {
      expect((await handle(request(method, {}, hello))).status, method).toBe(428);
    }
    const patch = { "Content-Type": "application/merge-patch+json" };
    expect((await handle(request("PATCH", patch, { content: "x" }))).status).toBe(428);
    expect((await memory.read("home"))?.version).toBe(version);
    expect((await handle(request("PUT", { "If-Match": tag }, hello))).status).toBe(204);
    expect((await handle(request("PUT", { "If-None-Match": "*" }, hello, "/pages/2"))).status).toBe(201);
  });

  test("resource reads the version and swaps, and does not read the value that it replaces", async () => {
    const { handle, trips, tag } = await pagesWithHome();
    await handle(request("PUT", { "If-Match": tag }, hello));
    await handle(request("PUT", { "If-Match": tag }, hello));
    await handle(request("PUT", { "If-Match": tag, Prefer: "return=representation" }, hello));
    await handle(request("DELETE"));
    expect(trips).toEqual(["readUnless", "swap", "readUnless", "read+", "readUnless", "swap"]);
  });

  test.each<[string, Record<string, string>, number]>([
    ["JSON", { "Content-Type": "application/json" }, 204],
    ["JSON in UTF-8", { "Content-Type": 'Application/JSON; charset="UTF-8"' }, 204],
    ["JSON in Latin-1", { "Content-Type": "application/json; charset=iso-8859-1" }, 415],
    ["plain text, as fetch sends a string", { "Content-Type": "text/plain;charset=UTF-8" }, 415],
    ["a form", { "Content-Type": "application/x-www-form-urlencoded" }, 415],
    ["a merge patch", { "Content-Type": "application/merge-patch+json" }, 415],
    ["an empty type", { "Content-Type": "" }, 204],
    ["a broken type", { "Content-Type": ";;;=" }, 415],
    ["an endless type", { "Content-Type": `application/json;${" ".repeat(2000)}x` }, 415],
    ["a coding", { "Content-Encoding": "gzip" }, 415],
    ["no coding by name", { "Content-Encoding": "Identity" }, 204],
    ["a part", { "Content-Range": "bytes 0-4/10" }, 400],
  ])("resource, sent %s, answers as it should", async (_, headers, status) => {
    const { handle, memory, version } = await pagesWithHome();
    const response = await handle(request("PUT", headers, { content: "Bye" }));
    expect(response.status).toBe(status);
    if (status === 204) return;
    expect((await memory.read("home"))?.version).toBe(version);
    if (status === 415 && !headers["Content-Encoding"])
      expect(response.headers.get("Accept")).toBe("application/json");
    if (headers["Content-Encoding"]) expect(response.headers.get("Accept-Encoding")).toBe("identity");
  });

  test("resource reads a body without a Content-Type as its own type", async () => {
    const { handle } = await pagesWithHome();
    const body = new TextEncoder().encode('{"content":"Bye"}');
    expect(
      (await handle(new Request("https://example.com/pages/home", { method: "PUT", body }))).status,
    ).toBe(204);
  });

  test.each<[string, BodyInit | null, number]>([
    ["nothing", null, 400],
    ["an empty text", "", 400],
    ["half an object", '{"content":', 400],
    ["a comment", "/* none */ {}", 400],
    ["two values", "1 2", 400],
    ["a number too many", "[1,]", 400],
    ["bytes that are not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), 400],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x31, 0), 400],
    ["201 levels", "[".repeat(201) + "]".repeat(201), 400],
    ["a hundred thousand levels", '{"a":'.repeat(100_000), 400],
    ["null", "null", 422],
    ["200 levels", "[".repeat(200) + "]".repeat(200), 204],
    ["brackets in a text", JSON.stringify(`${"[{".repeat(500)}\\"`), 204],
    ["a byte order mark", "\ufeff1", 204],
    ["a number", "1", 204],
    ["surrogates without their halves", '"\\ud800"', 204],
  ])("resource, sent %s as the value, answers %o", async (_, body, status) => {
    const { handle, memory, version } = await pagesWithHome();
    const headers = { "Content-Type": "application/json" };
    const response = await handle(
      new Request("https://example.com/pages/home", { method: "PUT", headers, body }),
    );
    expect(response.status).toBe(status);
    if (status < 300) return void expect((await handle(request("GET"))).status).toBe(200);
    expect(await said(response)).toMatchObject({ body: { status, detail: expect.stringMatching(/\.$/) } });
    expect((await memory.read("home"))?.version).toBe(version);
  });

  test("resource refuses a body that is too long, and does not read it to its end", async () => {
    const { handle, memory, version } = await pagesWithHome({ maxBytes: 1000 });
    expect((await handle(request("PUT", {}, `"${"x".repeat(998)}"`))).status).toBe(204);
    const { version: now } = (await memory.read("home"))!;
    expect(now).not.toBe(version);
    expect((await handle(request("PUT", {}, `"${"x".repeat(999)}"`))).status).toBe(413);
    expect((await handle(request("PUT", { "Content-Length": "1001" }, hello))).status).toBe(413);
    let produced = 0;
    const cancelled = vi.fn();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100).fill(0x20 + (produced++ % 2))),
      cancel: cancelled,
    });
    const init: RequestInit & { duplex: "half" } = { method: "PUT", body: endless, duplex: "half" };
    expect((await handle(new Request("https://example.com/pages/home", init))).status).toBe(413);
    expect(produced).toBeLessThan(20);
    expect(cancelled).toHaveBeenCalled();
    expect((await memory.read("home"))?.version).toBe(now);
  });
});

describe("DELETE, OPTIONS and the other methods", () => {
  test("resource deletes the version that the condition names, and answers 404 when it is gone", async () => {
    const { handle, memory, tag } = await pagesWithHome();
    expect((await handle(request("DELETE", { "If-Match": '"stale"' }))).status).toBe(412);
    const response = await handle(request("DELETE", { "If-Match": tag }));
    expect(await said(response)).toEqual({ status: 204, etag: null, body: "" });
    expect(await memory.read("home")).toBeNull();
    for (const headers of [{}, { "If-Match": tag }, { "If-Match": tag, "Idempotency-Key": "k" }]) {
      expect((await handle(request("DELETE", headers))).status).toBe(404);
    }
  });

  test("resource never makes an old tag current again", async () => {
    const { handle, tag } = await pagesWithHome();
    await handle(request("DELETE", { "If-Match": tag }));
    await handle(request("PUT", { "If-None-Match": "*" }, hello));
    expect((await handle(request("PUT", { "If-Match": tag }, hello))).status).toBe(412);
    expect((await handle(request("GET", { "If-None-Match": tag }))).status).toBe(200);
  });

  test("resource names its methods to OPTIONS and in a 405, without a call of the store", async () => {
    const { handle, trips } = await pagesWithHome();
    const allow = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";
    const options = await handle(request("OPTIONS", { "If-Match": '"stale"' }));
    expect([options.status, options.headers.get("Allow")]).toEqual([204, allow]);
    expect(options.headers.get("Accept-Patch")).toBe("application/merge-patch+json");
    for (const method of ["POST", "PROPFIND", "get", "QUERY", "LOCK"]) {
      const refusal = await handle(rawMethod(method));
      expect([refusal.status, refusal.headers.get("Allow")], method).toEqual([405, allow]);
    }
    expect(trips).toEqual([]);
  });
});

describe("a change that the application refuses", () => {
  const write = request.bind(null, "PUT", {});
  test.each<[string, ResourceOptions<Page>["validate"], number]>([
    ["nothing", () => {}, 204],
    ["true", () => true, 204],
    ["a promise of nothing", async () => {}, 204],
    ["false", () => false, 422],
    ["a reason", () => "content must be a string.", 422],
    ["a promise of a reason", async () => "content must be a string.", 422],
    ["a Response", () => Response.json({ code: "closed" }, { status: 409 }), 409],
  ])("resource, when validate answers %s, answers as it should", async (_, validate, status) => {
    const { handle, memory } = await pagesWithHome({ validate });
    const response = await handle(write({ content: "Bye" }));
    expect(response.status).toBe(status);
    expect((await memory.read("home"))?.value).toEqual(status === 204 ? { content: "Bye" } : hello);
    const { body } = await said(response);
    if (status === 422) expect(body).toMatchObject({ status: 422, detail: expect.stringMatching(/\.$/) });
    if (status === 409) expect(body).toEqual({ code: "closed" });
  });

  test("resource calls validate after the conditions, with the new value and the current one", async () => {
    const validate = vi.fn(() => "no.");
    const { handle } = await pagesWithHome({ validate });
    expect((await handle(request("PUT", { "If-Match": '"stale"' }, { content: 1 }))).status).toBe(412);
    expect(validate).not.toHaveBeenCalled();
    await handle(request("PUT", {}, { content: 1 }));
    await handle(request("PATCH", { "Content-Type": "application/merge-patch+json" }, { title: "T" }));
    await handle(request("PUT", {}, hello, "/pages/new"));
    expect(validate.mock.calls).toEqual([
      [{ content: 1 }, hello],
      [{ content: "Hello", title: "T" }, hello],
      [hello, null],
    ]);
  });
});

describe("which key", () => {
  test("resource without a key takes the path for the key", async () => {
    const store = memoryStore<Page>();
    const handle = resource(store);
    const created = await handle(request("PUT", {}, hello, "/a%2Fb/c?x=1"));
    expect([created.status, created.headers.get("Location")]).toEqual([201, "/a%2Fb/c?x=1"]);
    expect((await store.read("/a%2Fb/c"))?.value).toEqual(hello);
    expect((await handle(request("GET", {}, undefined, "/a%2Fb/c"))).status).toBe(200);
  });

  test("resource with one key serves it at every path", async () => {
    const store = memoryStore<Page>();
    const handle = resource(store, { key: "the page" });
    await handle(request("PUT", {}, hello, "/a"));
    expect((await handle(request("GET", {}, undefined, "/b"))).status).toBe(200);
    expect(() => resource(store, { key: "\0" })).toThrow(TypeError);
  });

  test("resource awaits the key from its function, and returns 404 for null", async () => {
    const store = memoryStore<Page>();
    const handle = resource(store, { key: async (each) => each.headers.get("X-User") });
    expect((await handle(request("PUT", { "X-User": "ann" }, hello))).status).toBe(201);
    expect((await handle(request("GET", { "X-User": "ann" }))).status).toBe(200);
    expect((await handle(request("GET", { "X-User": "bob" }))).status).toBe(404);
    expect((await handle(request("GET"))).status).toBe(404);
    expect((await handle(request("PUT", {}, hello))).status).toBe(404);
  });

  test.each([
    ["/pages/home", "home"],
    ["/pages/a%20b", "a b"],
    ["/pages/a%2Fb", "a/b"],
    ["/pages/%F0%9F%98%80", "😀"],
    ["/pages/ü", "ü"],
    ["/pages/%", null],
    ["/pages/%ff", null],
    ["/pages/a/b", null],
    ["/pages/a/", null],
    ["/page", null],
    ["/pagesx", null],
    ["/", null],
  ])("keyBelow reads %s as %o", (path, expected) => {
    expect(key(new Request(`https://example.com${path}`))).toBe(expected);
    expect(keyBelow("/pages/")(new Request(`https://example.com${path}`))).toBe(expected);
  });

  test("keyBelow refuses a text that is not a path", () => {
    for (const path of ["", "pages", "https://example.com/pages", undefined as never]) {
      expect(() => keyBelow(path), String(path)).toThrow(TypeError);
    }
  });

  test("resource answers 404 for a name that no driver could keep", async () => {
    const { handle, trips } = await pagesWithHome();
    for (const name of ["%00", "k".repeat(2001), "%E2%82%AC".repeat(667)]) {
      for (const method of ["GET", "PUT", "DELETE"]) {
        const response = await handle(
          request(method, {}, method === "PUT" ? hello : undefined, `/pages/${name}`),
        );
        expect(await said(response)).toMatchObject({
          status: 404,
          body: { detail: expect.stringContaining("as a key") },
        });
      }
    }
    expect(trips).toEqual([]);
    const everything = resource(memoryStore<Page>());
    for (const path of ["/".padEnd(2001, "k"), `${"/".padEnd(2001, "k")}/`]) {
      expect((await everything(request("GET", {}, undefined, path))).status).toBe(404);
    }
  });
});

describe("resource: content that is not JSON", () => {
  test("resource serves text, of strings", async () => {
    const handle = resource(memoryStore<string>(), { contentType: "text/markdown" });
    const type = { "Content-Type": "text/markdown" };
    expect((await handle(request("PUT", type, "# Grüße"))).status).toBe(201);
    const response = await handle(request("GET"));
    expect(response.headers.get("Content-Type")).toBe("text/markdown; charset=utf-8");
    expect(response.headers.get("Content-Length")).toBe("9");
    expect(await response.text()).toBe("# Grüße");
    expect((await handle(request("PUT", { "Content-Type": "text/html" }, "x"))).status).toBe(415);
    expect(
      (await handle(request("PUT", { "Content-Type": "text/markdown;charset=latin1" }, "x"))).status,
    ).toBe(415);
    expect(
      (await handle(request("PATCH", { "Content-Type": "application/merge-patch+json" }, {}))).status,
    ).toBe(405);
    expect((await handle(request("OPTIONS"))).headers.get("Allow")).toBe("GET, HEAD, PUT, DELETE, OPTIONS");
    expect((await handle(request("PUT", type, ""))).status).toBe(204);
    expect(await (await handle(request("GET"))).text()).toBe("");
  });

  test("resource serves bytes unchanged", async () => {
    const handle = resource(memoryStore(bytes), { contentType: "image/png" });
    const image = Uint8Array.from({ length: 256 }, (_, i) => i);
    const headers = { "Content-Type": "image/png" };
    await handle(new Request("https://example.com/a.png", { method: "PUT", headers, body: image }));
    const response = await handle(new Request("https://example.com/a.png"));
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(image);
  });

  test("resource serves another JSON type, and reads plain JSON as that type", async () => {
    const handle = resource(memoryStore<Page>(), { contentType: "application/vnd.page+json" });
    expect((await handle(request("PUT", {}, hello))).status).toBe(201);
    expect(
      (await handle(request("PUT", { "Content-Type": "application/vnd.page+json" }, hello))).status,
    ).toBe(204);
    expect((await handle(request("GET"))).headers.get("Content-Type")).toBe("application/vnd.page+json");
  });
});

describe("errors", () => {
  test("resource refuses options that are not valid", () => {
    const store = memoryStore<Page>();
    const wrong: ResourceOptions<Page>[] = [
      { contentType: "json" },
      { contentType: "" },
      { maxBytes: 0 },
      { maxItems: 1.5 },
      { maxSwaps: -1 },
    ];
    for (const options of wrong)
      expect(() => resource(store, options), JSON.stringify(options)).toThrow(TypeError);
  });

  test("resource lets the store's error through, and answers a busy store with 503", async () => {
    const error = new Error("The connection was lost");
    const broken = (reason: Error): VersionedStore<Page> => ({
      read: () => Promise.reject(reason),
      swap: () => Promise.reject(reason),
      list: () => Promise.reject(reason),
    });
    for (const [method, path] of [
      ["GET", "/pages/home"],
      ["PUT", "/pages/home"],
      ["GET", "/pages"],
    ] as const) {
      const send = () => request(method, {}, method === "PUT" ? hello : undefined, path);
      await expect(resource(broken(error), { key })(send())).rejects.toBe(error);
      const response = await resource(broken(new StoreBusyError("locked")), { key })(send());
      expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
    }
  });

  test("resource recognises a write that is sent again, whichever method and preference", async () => {
    const { handle, tag, memory } = await pagesWithHome();
    const headers = { "If-Match": tag, "Idempotency-Key": "k" };
    const first = await said(await handle(request("PUT", headers, { content: "Bye" })));
    expect(first.status).toBe(204);
    expect(await said(await handle(request("PUT", headers, { content: "Bye" })))).toEqual(first);
    expect((await handle(request("PUT", headers, { content: "Other" }))).status).toBe(422);
    const patch = {
      "If-Match": first.etag!,
      "Idempotency-Key": "l",
      "Content-Type": "application/merge-patch+json",
    };
    const second = await said(await handle(request("PATCH", patch, { content: "Patched" })));
    expect(second).toMatchObject({ status: 200, body: { content: "Patched" } });
    expect(await said(await handle(request("PATCH", patch, { content: "Patched" })))).toEqual(second);
    expect(`"${(await memory.read("home"))?.version}"`).toBe(second.etag);
  });
});

/** `new Request` turns `get` into `GET`; a server passes the method as it was sent. */
function rawMethod(method: string): Request {
  return new Proxy(request("GET"), {
    get(target, name) {
      if (name === "method") return method;
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
