import { readFileSync } from "node:fs";
import {
  keyBelow,
  PROBLEM_TYPES,
  type ResourceOptions,
  resource,
  type VersionedStore,
} from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { describe, expect, test } from "vitest";

interface Event {
  summary: string;
}
type Shown = Event & { etag: string };

const key = keyBelow("/events");
const JSON_TYPE = { "Content-Type": "application/json" };

/** Events as a calendar shows them: with the tag inside, in its quotes. */
const calendar: ResourceOptions<Event> = {
  key,
  represent: (event, { key, etag }) => ({ ...event, id: key, etag }),
  read: (body) => {
    const { etag: _, id: __, ...event } = body as Shown & { id: string };
    return event;
  },
  collection: (items, { next }) => ({ kind: "events", items: items.map(({ value }) => value), next }),
};

function events(options: ResourceOptions<Event> = calendar, store: VersionedStore<Event> = memoryStore()) {
  const handle = resource(store, options);
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    handle(
      new Request(`http://localhost${path}`, {
        method,
        headers: body === undefined ? headers : { ...JSON_TYPE, ...headers },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
  return { store, handle, send };
}

test("content that `read` can make nothing of gets a 422, and nothing is written", async () => {
  const read = (body: unknown) => (body as { value: unknown }).value;
  const { send, store } = events({ key, newKey: true, read });
  await store.swap("a", null, { summary: "Tea" });
  const patch = { "Content-Type": "application/merge-patch+json" };
  for (const [method, path, headers] of [
    ["PUT", "/events/a", {}],
    ["PATCH", "/events/a", patch],
    ["POST", "/events", {}],
  ] as const) {
    for (const body of ["5", "{}", '"text"']) {
      const answer = await send(method, path, headers, body);
      expect([method, body, answer.status]).toEqual([method, body, 422]);
    }
  }
  expect((await store.list!("", { limit: 9 })).map(({ value }) => value)).toEqual([{ summary: "Tea" }]);
});

test("a request whose body was read before is a TypeError that says so, and nothing is written", async () => {
  const { handle, store } = events();
  for (const [method, type] of [
    ["PUT", "application/json"],
    ["PATCH", "application/merge-patch+json"],
  ] as const) {
    const headers = { "Content-Type": type };
    const request = new Request("http://localhost/events/a", { method, headers, body: '{"summary":"Tea"}' });
    await request.text();
    await expect(handle(request)).rejects.toThrow("Cannot read the body of this request again");
  }
  expect(await store.read("a")).toBe(null);
});

test("an empty body, such as a parser in front leaves, gets the 400 that docs/guides/mounting.md names", async () => {
  const detail = "The body is empty: send JSON.";
  const answer = await events().send("PUT", "/events/a", JSON_TYPE);
  expect([answer.status, (await answer.json()).detail]).toEqual([400, detail]);
  expect(readFileSync(`${import.meta.dirname}/../../docs/guides/mounting.md`, "utf8")).toContain(detail);
});

describe("a value with its tag inside", () => {
  test("resource shows the tag of the header in the content", async () => {
    const { send, store } = events();
    await store.swap("a", null, { summary: "Tea" });
    const response = await send("GET", "/events/a");
    const tag = response.headers.get("ETag");
    expect(await response.json()).toEqual({ summary: "Tea", id: "a", etag: tag });
  });

  test("resource answers PUT with the representation, its tag in the content only (§9.3.4)", async () => {
    const { send } = events();
    for (const [headers, status] of [
      [{ "If-None-Match": "*" }, 201],
      [{}, 200],
    ] as const) {
      const answer = await send("PUT", "/events/a", headers, { summary: "Tea" });
      expect([answer.status, answer.headers.get("Content-Location")]).toEqual([status, "/events/a"]);
      expect([answer.headers.get("ETag"), answer.headers.get("Last-Modified")]).toEqual([null, null]);
      const { etag } = await answer.json();
      expect(etag).toBe((await send("GET", "/events/a")).headers.get("ETag"));
    }
  });

  test("resource sends the validator of a PUT where a system wants it: putValidator", async () => {
    const { send } = events({ ...calendar, putValidator: true });
    const answer = await send("PUT", "/events/a", {}, { summary: "Tea" });
    expect(answer.headers.get("ETag")).toBe((await answer.json()).etag);
  });

  test("resource answers PATCH and POST with the tag in the field, too", async () => {
    const { send } = events({ ...calendar, newKey: true });
    const created = await send("POST", "/events", {}, { summary: "Tea" });
    expect(created.status).toBe(201);
    const { etag, id } = await created.json();
    expect(created.headers.get("ETag")).toBe(etag);
    expect(created.headers.get("Location")).toBe(`/events/${id}`);
    const type = { "Content-Type": "application/merge-patch+json", "If-Match": etag };
    const patched = await send("PATCH", `/events/${id}`, type, { summary: "Coffee" });
    expect(patched.headers.get("ETag")).toBe((await patched.json()).etag);
  });

  test("resource drops the members that it has added when a client sends them back", async () => {
    const { send, store } = events();
    await store.swap("a", null, { summary: "Tea" });
    const copy = await (await send("GET", "/events/a")).json();
    await send("PUT", "/events/a", { "If-Match": copy.etag }, { ...copy, summary: "Coffee" });
    expect((await store.read("a"))?.value).toEqual({ summary: "Coffee" });
    const type = { "Content-Type": "application/merge-patch+json" };
    await send("PATCH", "/events/a", type, { etag: '"forged"', summary: "Milk" });
    expect((await store.read("a"))?.value).toEqual({ summary: "Milk" });
  });

  test("resource does not treat a tag in a body as a condition", async () => {
    const { send, store } = events();
    await store.swap("a", null, { summary: "Tea" });
    expect((await send("PUT", "/events/a", {}, { summary: "Coffee", etag: '"old"' })).status).toBe(200);
  });

  test("resource shows a page of a collection with each member's own tag", async () => {
    const { send, store } = events();
    for (const name of ["a", "b", "c"]) await store.swap(name, null, { summary: name });
    const page = await (await send("GET", "/events?limit=2")).json();
    expect(page).toMatchObject({ kind: "events", items: [{ id: "a" }, { id: "b" }] });
    for (const { id, etag } of page.items) {
      expect((await send("GET", `/events/${id}`)).headers.get("ETag")).toBe(etag);
    }
    expect((await (await send("GET", page.next)).json()).items).toHaveLength(1);
  });

  test("resource shows the current representation in a 412, where the client prefers it", async () => {
    const { send, store } = events();
    await store.swap("a", null, { summary: "Tea" });
    const headers = { "If-Match": '"old"', Prefer: "return=representation" };
    const refused = await send("PUT", "/events/a", headers, { summary: "x" });
    expect([refused.status, (await refused.json()).etag]).toEqual([412, refused.headers.get("ETag")]);
  });
});

describe("the octets of a PUT", () => {
  const text = '{ "summary": "Tea", "n": 1.0, "id": 12345678901234567890 }';

  test("resource gives back the octets that it was sent, under the tag of the PUT", async () => {
    const { send } = events({ key });
    const put = await send("PUT", "/events/a", {}, text);
    const got = await send("GET", "/events/a");
    expect(await got.text()).toBe(text);
    expect(put.headers.get("ETag")).toBe(got.headers.get("ETag"));
    expect(put.headers.get("ETag")).toMatch(/^"/);
  });

  test("resource sends no validator where a store drops the octets and writes the value another way", async () => {
    const kept = memoryStore<Event>();
    const dropping: VersionedStore<Event> = {
      read: (key, options) => kept.read(key, options),
      swap: (key, expected, next, { octets: _, ...options } = {}) => kept.swap(key, expected, next, options),
    };
    const { send } = events({ key }, dropping);
    expect((await send("PUT", "/events/a", {}, text)).headers.get("ETag")).toBeNull();
    expect((await send("PUT", "/events/b", {}, '{"summary":"Tea"}')).headers.get("ETag")).toMatch(/^"/);
  });

  test("resource shows the value after a PATCH, not the octets of an older PUT", async () => {
    const { send } = events({ key });
    await send("PUT", "/events/a", {}, text);
    const type = { "Content-Type": "application/merge-patch+json" };
    await send("PATCH", "/events/a", type, { summary: "Coffee" });
    expect(await (await send("GET", "/events/a")).json()).toMatchObject({ summary: "Coffee" });
  });
});

describe("permissions", () => {
  const authorize = (request: Request, key: string) => {
    if (request.headers.get("Authorization") !== "Bearer ann")
      return new Response("Sign in", { status: 401 });
    return key !== "secret";
  };

  test("resource gives a client that may not read no 304, no 412 and no tag, whatever the method", async () => {
    const { send, store } = events({ key, authorize });
    const swap = await store.swap("a", null, { summary: "Tea" });
    const tag = `"${swap.swapped ? swap.current?.version : ""}"`;
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      for (const headers of [{}, { "If-None-Match": tag }, { "If-Match": tag }, { "If-Match": '"x"' }]) {
        const answer = await send(method, "/events/a", headers as Record<string, string>);
        expect([answer.status, answer.headers.get("ETag")]).toEqual([401, null]);
      }
    }
    expect((await send("GET", "/events")).status).toBe(401);
    expect((await store.read("a"))?.value).toEqual({ summary: "Tea" });
  });

  test("resource leaves members out of a collection that the client may not read, and out of its tag", async () => {
    const { send, store } = events({ key, authorize });
    const ann = { Authorization: "Bearer ann" };
    for (const name of ["a", "secret", "z"]) await store.swap(name, null, { summary: name });
    expect((await send("GET", "/events/secret", ann)).status).toBe(403);
    const page = await send("GET", "/events", ann);
    const tag = page.headers.get("ETag")!;
    expect((await page.json()).items.map(({ key }: { key: string }) => key)).toEqual(["a", "z"]);
    const { version } = (await store.read("secret"))!;
    await store.swap("secret", version, { summary: "changed" });
    expect((await send("GET", "/events", { ...ann, "If-None-Match": tag })).status).toBe(304);
  });
});

describe("a refused change is not a refused condition", () => {
  test("resource answers an invalid value with 422 and a problem of its own type", async () => {
    const validate = (event: unknown) => (event as Event).summary !== "" || "Give the event a summary.";
    const { send } = events({ key, validate });
    const refused = await send("PUT", "/events/a", {}, { summary: "" });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      type: PROBLEM_TYPES.invalidValue,
      detail: "Give the event a summary.",
    });
    const stale = await send("PUT", "/events/a", { "If-Match": '"old"' }, { summary: "" });
    expect([stale.status, (await stale.json()).type]).toEqual([412, "about:blank"]);
  });

  test("resource refuses a validate that returns neither a verdict nor a reason", async () => {
    const validate = (() => ({ success: false })) as unknown as () => boolean;
    const { send, store } = events({ key, validate });
    await expect(send("PUT", "/events/a", {}, { summary: "" })).rejects.toThrow(
      /validate returned {"success":false}/,
    );
    expect(await store.read("a")).toBeNull();
  });

  test.each([
    ["1e999", "the top"],
    ['{"a":[1,{"b/c":-1e999}]}', "/a/1/b~1c"],
  ])("resource names the place of a number that no store can hold: %s", async (body, place) => {
    const { send } = events({ key });
    const refused = await send("PUT", "/events/a", {}, body);
    expect([refused.status, (await refused.json()).detail]).toEqual([422, expect.stringContaining(place)]);
  });

  test("resource holds the result of a patch to maxBytes", async () => {
    const { send, store } = events({ key, maxBytes: 100 });
    const type = { "Content-Type": "application/merge-patch+json" };
    await send("PUT", "/events/a", {}, { summary: "x" });
    expect((await send("PATCH", "/events/a", type, { one: "y".repeat(60) })).status).toBe(200);
    expect((await send("PATCH", "/events/a", type, { two: "y".repeat(60) })).status).toBe(413);
    expect((await store.read("a"))?.value).not.toHaveProperty("two");
  });

  test.each([
    ["application/json; charset=utf8", 201],
    ['application/json;charset="UTF-8"', 201],
    ["application/json; charset=us-ascii", 201],
    ["application/json; charset=latin1", 415],
  ])("resource reads the content type %s as %i", async (type, status) => {
    const { send } = events({ key });
    const answer = await send("PUT", "/events/a", { "Content-Type": type }, { summary: "x" });
    expect(answer.status).toBe(status);
    if (status === 415) expect((await answer.json()).detail).toContain("latin1");
  });

  test("resource answers a body that breaks off with 400, and stores nothing", async () => {
    const { handle, store } = events({ key });
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"summary":'));
      },
      pull: () => Promise.reject(new Error("aborted")),
    });
    const init = { method: "PUT", headers: JSON_TYPE, body, duplex: "half" } as RequestInit;
    expect((await handle(new Request("http://localhost/events/a", init))).status).toBe(400);
    expect(await store.read("a")).toBeNull();
  });
});

describe("resource: options for special systems", () => {
  test("resource changes only existing values under mustExist: 404 also for If-Match: *", async () => {
    const { send, store } = events({ key, mustExist: true });
    for (const headers of [{}, { "If-Match": "*" }, { "If-Match": '"x"' }] as Record<string, string>[]) {
      expect((await send("PUT", "/events/a", headers, { summary: "x" })).status).toBe(404);
    }
    await store.swap("a", null, { summary: "Tea" });
    for (const headers of [{}, { "If-Match": "*" }] as Record<string, string>[]) {
      expect((await send("PUT", "/events/a", headers, { summary: "x" })).status).toBe(204);
    }
    expect((await send("PUT", "/events/a", { "If-Match": '"x"' }, { summary: "x" })).status).toBe(412);
  });

  test("resource saves by POST under the option, with If-Match", async () => {
    const { send, store } = events({ key, post: "save" });
    await store.swap("a", null, { summary: "Tea" });
    const tag = (await send("GET", "/events/a")).headers.get("ETag")!;
    const saved = await send("POST", "/events/a", { "If-Match": tag }, { summary: "Coffee" });
    expect([saved.status, saved.headers.get("ETag")]).toEqual([204, expect.stringMatching(/^"/)]);
    expect((await send("POST", "/events/a", { "If-Match": tag }, { summary: "x" })).status).toBe(412);
    expect((await events({ key }).send("POST", "/events/a", {}, {})).status).toBe(405);
  });

  test("resource makes tags of time and version that guard writes", async () => {
    const { send, store } = events({ key, tag: "time+version" });
    await store.swap("a", null, { summary: "Tea" });
    const tag = (await send("GET", "/events/a")).headers.get("ETag")!;
    expect(tag).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\../);
    expect((await send("GET", "/events/a", { "If-None-Match": tag })).status).toBe(304);
    const put = await send("PUT", "/events/a", { "If-Match": tag }, { summary: "x" });
    expect([put.status, put.headers.get("ETag")]).toEqual([204, expect.stringMatching(/Z\./)]);
    expect((await send("PUT", "/events/a", { "If-Match": tag }, { summary: "y" })).status).toBe(412);
  });

  test.each([
    ["judge", 304],
    ["ignore", 200],
    ["refuse", 400],
  ] as const)(
    "resource treats conditions on a collection as the option says: %s",
    async (collectionConditions, status) => {
      const { send, store } = events({ key, collectionConditions });
      await store.swap("a", null, { summary: "Tea" });
      const tag = (await send("GET", "/events")).headers.get("ETag")!;
      expect((await send("GET", "/events", { "If-None-Match": tag })).status).toBe(status);
    },
  );

  test("resource creates a member by POST under a key of its own, once for each Idempotency-Key", async () => {
    const { send, store } = events({ key, newKey: true });
    const headers = { "Idempotency-Key": '"k1"' };
    const [one, again] = [
      await send("POST", "/events", headers, { summary: "x" }),
      await send("POST", "/events", headers, { summary: "x" }),
    ];
    expect([one.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get("Location")).toBe(one.headers.get("Location"));
    expect(await store.list?.("", { limit: 10 })).toHaveLength(1);
    expect((await send("POST", "/events", { "Idempotency-Key": '"k1"' }, { summary: "other" })).status).toBe(
      422,
    );
    const off = events({ key });
    const refused = await off.send("POST", "/events", {}, { summary: "x" });
    expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test("resource never overwrites a member by POST: a key that is taken gets a 409", async () => {
    const { send, store } = events({ key, newKey: (event) => event.summary });
    expect((await send("POST", "/events", {}, { summary: "Tea" })).status).toBe(201);
    expect((await send("POST", "/events", {}, { summary: "Tea" })).status).toBe(409);
    expect(await store.list?.("", { limit: 10 })).toHaveLength(1);
  });

  test("resource accepts the tag of a coding with no option set, and no other", async () => {
    const { send, store } = events({ key });
    await store.swap("a", null, { summary: "Tea" });
    const tag = (await send("GET", "/events/a")).headers.get("ETag")!;
    const coded = tag.replace(/"$/, '-gzip"');
    const cached = await send("GET", "/events/a", { "If-None-Match": coded, "Accept-Encoding": "gzip" });
    expect([cached.status, cached.headers.get("ETag")]).toEqual([304, coded]);
    expect((await send("PUT", "/events/a", { "If-Match": coded }, { summary: "x" })).status).toBe(204);
    expect((await send("PUT", "/events/a", { "If-Match": coded }, { summary: "y" })).status).toBe(412);
  });
});
