import {
  keyBelow,
  mutate,
  type ResourceOptions,
  resource,
  StoreBusyError,
  type VersionedStore,
} from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { describe, expect, test } from "vitest";
import { request } from "./mutate/requests.ts";

type Note = Record<string, unknown>;

const key = keyBelow("/notes");
const JSON_TYPE = { "Content-Type": "application/json" };
const KEYED = { "Idempotency-Key": '"k"' };

function notes(options: ResourceOptions<Note> = {}, store: VersionedStore<Note> = memoryStore()) {
  const handle = resource(store, { key, ...options });
  return (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    handle(
      new Request(`http://localhost${path}`, {
        method,
        headers: body === undefined ? headers : { ...JSON_TYPE, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
}

const tagOf = (response: Response) => response.headers.get("ETag")!;

describe("a repeated request", () => {
  test("resource shows a repeated POST the member that the first one made", async () => {
    const represent = (note: Note, { key, url, etag }: { key: string; url: string; etag: string }) => ({
      ...note,
      ...{ key, url, etag },
    });
    const send = notes({ newKey: true, represent });
    const first = await (await send("POST", "/notes", KEYED, { a: 1 })).json();
    const again = await send("POST", "/notes", KEYED, { a: 1 });
    expect(await again.json()).toEqual(first);
    expect(again.headers.get("Location")).toBe(first.url);
  });

  test("resource does not show a repeated POST a member that the client may no longer read", async () => {
    const refused = new Set<string>();
    const send = notes({ newKey: true, represent: (note) => note, authorize: (_, key) => !refused.has(key) });
    const location = (await send("POST", "/notes", KEYED, { a: 1 })).headers.get("Location")!;
    refused.add(location.slice("/notes/".length));
    const again = await send("POST", "/notes", KEYED, { a: 1 });
    expect([again.status, tagOf(again)]).toEqual([403, null]);
  });

  test("resource sends no validator to a repeated PUT if `read` dropped a part of it (§9.3.4)", async () => {
    const read = (body: unknown) => ({ a: (body as Note).a });
    const send = notes({ read });
    for (const _ of ["first", "again"]) {
      expect(tagOf(await send("PUT", "/notes/x", KEYED, { a: 1, etag: "x" }))).toBeNull();
    }
    const other = { "Idempotency-Key": '"other"' };
    const exact = await send("PUT", "/notes/y", other, { a: 1 });
    expect(tagOf(exact)).toMatch(/^"/);
    expect(tagOf(await send("PUT", "/notes/y", other, { a: 1 }))).toBe(tagOf(exact));
  });

  test("resource repeats the tag and the time of a version that was replaced", async () => {
    const send = notes({ tag: "time+version" });
    const first = tagOf(await send("PUT", "/notes/x", KEYED, { a: 1 }));
    expect(tagOf(await send("PUT", "/notes/x", KEYED, { a: 1 }))).toBe(first);
    await send("PUT", "/notes/x", {}, { a: 2 });
    const again = await send("PUT", "/notes/x", KEYED, { a: 1 });
    expect([again.status, tagOf(again)]).toEqual([201, first]);
    expect(again.headers.get("Last-Modified")).not.toBeNull();
  });

  test("resource invents no time for the tag of a replaced version when the ledger keeps no times", async () => {
    const kept = memoryStore<Note>();
    const find: typeof kept.ledger.find = async (...given) => {
      const { current, entry } = await kept.ledger.find(...given);
      return { current, entry: entry && { ...entry, lastModified: undefined } };
    };
    const send = notes({ tag: "time+version" }, { ...kept, ledger: { ...kept.ledger, find } });
    await send("PUT", "/notes/x", KEYED, { a: 1 });
    await send("PUT", "/notes/x", {}, { a: 2 });
    const again = await send("PUT", "/notes/x", KEYED, { a: 1 });
    expect([again.status, tagOf(again)]).toEqual([201, null]);
  });

  test("resource makes tags only of the version if a store keeps no times", async () => {
    const kept = memoryStore<Note>();
    const timeless: VersionedStore<Note> = {
      read: async (key) => {
        const { lastModified: _, ...found } = (await kept.read(key)) ?? { version: "" };
        return found.version === "" ? null : (found as never);
      },
      swap: (...given) => kept.swap(...given),
    };
    const send = notes({ tag: "time+version" }, timeless);
    await kept.swap("x", null, { a: 1 });
    const tag = tagOf(await send("GET", "/notes/x"));
    expect(tag).not.toContain("1970");
    expect((await send("GET", "/notes/x", { "If-None-Match": tag })).status).toBe(304);
    expect((await send("PUT", "/notes/x", { "If-Match": tag }, { a: 2 })).status).toBe(204);
  });
});

describe("a member that is hidden from a client", () => {
  const authorize = (_: Request, key: string) => !key.startsWith("secret");

  test("resource names no hidden member in a cursor, and fills the page with visible members", async () => {
    const store = memoryStore<Note>();
    for (const name of ["a", "secret 1", "secret 2", "secret 3", "y", "z"]) {
      await store.swap(name, null, { name });
    }
    const send = notes({ authorize }, store);
    const page = await (await send("GET", "/notes?limit=2")).json();
    expect(page.items.map(({ key }: { key: string }) => key)).toEqual(["a", "y"]);
    const cursor = new URL(page.next, "http://localhost").searchParams.get("cursor")!;
    expect(atob(cursor)).toBe("y");
    const last = await (await send("GET", page.next)).json();
    expect([last.items.length, last.next]).toEqual([1, undefined]);
  });

  test("resource reads hidden members in long pages, though the client asks for one member", async () => {
    const store = memoryStore<Note>();
    for (let n = 1000; n < 2000; n++) await store.swap(`${n}`, null, {});
    let reads = 0;
    const counted: VersionedStore<Note> = {
      ...store,
      list(...args) {
        reads++;
        return store.list(...args);
      },
    };
    const shown = ["", "1500", "1998", "1999"];
    const ask = notes({ authorize: (_, key) => shown.includes(key), maxItems: 100 }, counted);
    const keys: string[] = [];
    let next: string | undefined = "/notes?limit=1";
    while (next) {
      const page: { items: { key: string }[]; next?: string } = await (await ask("GET", next)).json();
      expect(page.items).toHaveLength(1);
      keys.push(page.items[0]!.key);
      next = page.next;
    }
    expect(keys).toEqual(["1500", "1998", "1999"]);
    expect(reads).toBeLessThan(50);
  });

  test("resource shows no next page if the client may see none of its members", async () => {
    const store = memoryStore<Note>();
    for (const name of ["a", "secret 1", "secret 2"]) await store.swap(name, null, { name });
    const page = await notes({ authorize }, store)("GET", "/notes?limit=1");
    expect([page.headers.get("Link"), (await page.json()).next]).toEqual([null, undefined]);
  });

  test("resource calls authorize for the new member before it answers that the key is taken", async () => {
    const store = memoryStore<Note>();
    const send = notes({ newKey: (note) => String(note.name), authorize }, store);
    expect((await send("POST", "/notes", {}, { name: "secret" })).status).toBe(403);
    await store.swap("secret", null, { name: "there" });
    expect((await send("POST", "/notes", {}, { name: "secret" })).status).toBe(403);
    expect((await store.read("secret"))?.value).toEqual({ name: "there" });
  });
});

describe("content that user functions do not expect", () => {
  test.each(["PUT", "PATCH", "POST"])(
    "resource refuses %s of null, and calls no function with it",
    async (method) => {
      const read = (body: unknown) => ({ a: (body as Note).a });
      const send = notes({ read, post: "save", newKey: (note) => String(note.a) });
      await send("PUT", "/notes/x", {}, { a: 1 });
      const type = method === "PATCH" ? { "Content-Type": "application/merge-patch+json" } : {};
      expect((await send(method, "/notes/x", type, null)).status).toBe(422);
      if (method === "POST") expect((await send(method, "/notes", type, null)).status).toBe(422);
    },
  );

  test.each([undefined, "", ".", "..", "a\0", "\ud800", "x".repeat(3000), 7])(
    "resource refuses content if newKey makes the key %j from it, and stores nothing",
    async (name) => {
      const store = memoryStore<Note>();
      const answer = await notes({ newKey: () => name as string }, store)("POST", "/notes", {}, {});
      expect(answer.status).toBe(422);
      expect(await store.list("", { limit: 10 })).toEqual([]);
    },
  );

  test("resource refuses a name that is not a path before it is stored", async () => {
    const store = memoryStore<Note>();
    const send = notes({ key: undefined, newKey: (note) => String(note.name) }, store);
    expect((await send("POST", "/notes/", {}, { name: "日本" })).status).toBe(422);
    const created = await send("POST", "/notes/", {}, { name: encodeURIComponent("日本") });
    expect((await send("GET", created.headers.get("Location")!)).status).toBe(200);
    expect(await store.list("", { limit: 10 })).toHaveLength(1);
  });

  test("resource lets validate refuse a value that newKey would throw on", async () => {
    const newKey = (note: Note) => (note.name as string).toLowerCase();
    const validate = (note: unknown) => typeof (note as Note).name === "string" || "Give it a name.";
    const answer = await notes({ newKey, validate })("POST", "/notes", {}, {});
    expect([answer.status, (await answer.json()).detail]).toEqual([422, "Give it a name."]);
    await expect(notes({ newKey })("POST", "/notes", {}, {})).rejects.toThrow(TypeError);
  });

  test("resource never sends the stored value where represent returned undefined", async () => {
    const send = notes({ represent: () => undefined });
    await expect(send("PUT", "/notes/x", {}, { secret: 1 })).rejects.toThrow(/represent returned undefined/);
    await expect(send("GET", "/notes/x")).rejects.toThrow(/represent returned undefined/);
  });
});

describe("require", () => {
  test("resource requires a condition for a POST that saves, and not for one that creates", async () => {
    const send = notes({ post: "save", newKey: true, require: true });
    expect((await send("POST", "/notes/x", {}, { a: 1 })).status).toBe(428);
    expect((await send("POST", "/notes/x", { "If-None-Match": "*" }, { a: 1 })).status).toBe(201);
    expect((await send("POST", "/notes", {}, { a: 1 })).status).toBe(201);
  });

  test.each(["POST", "PUT", "LOCK"])("mutate requires a condition of %s", async (method) => {
    const store = memoryStore<number>();
    const asked = new Request("http://localhost/x", { method });
    expect((await mutate(asked, store, "x", () => 1, { require: true })).status).toBe(428);
    expect(await store.read("x")).toBeNull();
  });
});

describe("a refusal", () => {
  test("resource obeys a preference for the representation only in a 412", async () => {
    const send = notes({ require: true });
    await send("PUT", "/notes/x", { "If-None-Match": "*" }, { a: 1 });
    const prefer = { Prefer: "return=representation" };
    const missing = await send("PUT", "/notes/x", prefer, { a: 2 });
    expect([missing.status, (await missing.json()).status]).toEqual([428, 428]);
    const stale = await send("PUT", "/notes/x", { ...prefer, "If-Match": '"x"' }, { a: 2 });
    expect([stale.status, await stale.json()]).toEqual([412, { a: 1 }]);
  });

  test("resource validates what POST creates", async () => {
    const store = memoryStore<Note>();
    const send = notes({ newKey: true, validate: (note) => "a" in (note as Note) }, store);
    expect((await send("POST", "/notes", {}, { b: 1 })).status).toBe(422);
    expect(await store.list("", { limit: 1 })).toEqual([]);
    expect((await send("POST", "/notes", {}, { a: 1 })).status).toBe(201);
  });
});

describe("keyBelow", () => {
  test.each(["/caf\u00e9", "/a b", "/x/../y"])("keyBelow meets the requests below %s", async (path) => {
    const request = new Request(new URL(`${path}/k`, "http://localhost"));
    expect(keyBelow(path)(request)).toBe("k");
  });

  test.each(["/a?x=1", "/a#b", "/a/:name", "/a/*"])("keyBelow refuses %s", (path) => {
    expect(() => keyBelow(path)).toThrow(TypeError);
  });
});

describe("a store that key or authorize asks", () => {
  const busy = () => Promise.reject(new StoreBusyError("The permissions cannot be read"));

  test.each([{ key: busy }, { key: "home", authorize: busy }])(
    "a store that is busy gets the answer 503: %o",
    async (options) => {
      const notes = resource(memoryStore<Note>(), options);
      for (const each of [request("GET"), request("PUT", { "Idempotency-Key": "k" }, { a: 1 })]) {
        const answer = await notes(each);
        expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
      }
    },
  );
});

describe("a path that begins with two slashes", () => {
  const site = resource(memoryStore<Note>(), { newKey: true });
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    site(
      new Request(`http://localhost${path}`, {
        method,
        headers: { ...JSON_TYPE, Prefer: "return=representation", ...headers },
        body: method === "GET" ? null : "{}",
      }),
    );
  /** Where a client that follows the reference arrives. */
  const resolved = (reference: string | null | undefined, path: string) =>
    new URL(reference ?? "", `http://localhost${path}`).href;

  test("resource names no other host in a Location, a link or a url", async () => {
    const [folder, member] = ["//evil.example/", "//evil.example/a"];
    const created = await ask("PUT", member);
    for (const name of ["Location", "Content-Location"])
      expect(resolved(created.headers.get(name), member)).toBe(`http://localhost${member}`);
    const posted = await ask("POST", folder);
    expect(posted.status).toBe(201);
    const url = resolved(posted.headers.get("Location"), folder);
    expect(url).toMatch(/^http:\/\/localhost\/\/evil\.example\/.+/);
    expect((await site(new Request(url))).status).toBe(200);
    const page = await ask("GET", `${folder}?limit=1`);
    const { items, next } = await page.json();
    expect(resolved(next, folder)).toMatch(/^http:\/\/localhost\/\/evil\.example\/\?limit=1&cursor=/);
    expect(page.headers.get("Link")).toBe(`<${next}>; rel="next"`);
    const rest = await (await site(new Request(resolved(next, folder)))).json();
    const urls = [...items, ...rest.items].map((item) => resolved(item.url, folder));
    expect(urls.sort()).toEqual([`http://localhost${member}`, url].sort());
    const stale = await ask("PUT", member, { "If-Match": '"stale"' });
    expect(resolved(stale.headers.get("Content-Location"), member)).toBe(`http://localhost${member}`);
  });

  test("keyBelow and mutate name no other host either", async () => {
    const below = resource(memoryStore<Note>(), { key: keyBelow("//notes"), newKey: true });
    const posted = await below(
      new Request("http://localhost//notes", { method: "POST", headers: JSON_TYPE, body: "{}" }),
    );
    const location = posted.headers.get("Location");
    expect(resolved(location, "//notes")).toMatch(/^http:\/\/localhost\/\/notes\/.+/);
    const { items } = await (await below(new Request("http://localhost//notes"))).json();
    expect(items[0].url).toBe(location);
    const written = await mutate(
      new Request("http://localhost//a/b?c", { method: "POST" }),
      memoryStore<number>(),
      "a",
      () => 1,
    );
    expect(resolved(written.headers.get("Location"), "//a/b")).toBe("http://localhost//a/b?c");
  });
});

test("resource serves a member whose version was written by hand, whatever text it is, and a write replaces it", async () => {
  for (const version of ["2026-11-27 22:36:05", '"x"', "日本", "", "%a", "\u0001"]) {
    for (const tag of ["version", "time+version"] as const) {
      const store = memoryStore<Note>();
      await store.swap("a", null, { n: 1 });
      const { version: own } = (await store.read("a"))!;
      // The first version of the key is the text that somebody wrote.
      const byHand = <S extends { version: string } | null>(state: S): S =>
        state?.version === own ? { ...state, version } : state;
      const ask = notes(
        { tag },
        {
          ...store,
          read: async (...args) => byHand(await store.read(...args)),
          readUnless: async (key) => byHand(await store.read(key)),
          list: async (...args) => (await store.list(...args)).map(byHand),
          swap: (key, expected, ...rest) => store.swap(key, expected === version ? own : expected, ...rest),
        },
      );
      const read = await ask("GET", "/notes/a");
      expect([read.status, await read.json()], version).toEqual([200, { n: 1 }]);
      const { items } = await (await ask("GET", "/notes")).json();
      expect(items).toEqual([{ key: "a", url: "/notes/a", etag: tagOf(read), value: { n: 1 } }]);
      expect((await ask("GET", "/notes/a", { "If-None-Match": tagOf(read) })).status).toBe(304);
      expect((await ask("PUT", "/notes/a", { "If-Match": '"other"' }, { n: 2 })).status).toBe(412);
      expect((await ask("PUT", "/notes/a", { "If-Match": tagOf(read) }, { n: 2 })).status).toBe(204);
      expect((await ask("PUT", "/notes/a", { "If-Match": tagOf(read) }, { n: 3 })).status).toBe(412);
    }
  }
});
