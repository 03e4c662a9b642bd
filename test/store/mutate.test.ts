import {
  type MutateOptions,
  mutate,
  StoreBusyError,
  ValueTooLargeError,
  type VersionedStore,
} from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { describe, expect, test, vi } from "vitest";
import { request, said } from "./mutate/requests.ts";
import { contested, watched } from "./mutate/watched-store.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Count {
  n: number;
}

const KEY = "home";

/** A store with one count in it, and the tag of that count. */
async function storeWith(
  count: Count,
): Promise<{ store: VersionedStore<Count>; tag: string; version: string }> {
  const store = memoryStore<Count>();
  const swap = await store.swap(KEY, null, count);
  const { version } = swap.swapped && swap.current ? swap.current : expect.fail();
  return { store, version, tag: `"${version}"` };
}

const addOne = (count: Count | null): Count => ({ n: (count?.n ?? 0) + 1 });

describe("mutate: the answer to a write", () => {
  test("mutate answers a create with 201, its tag, its time and its location", async () => {
    const store = memoryStore<Count>();
    const response = await mutate(request("PUT", {}, undefined, "/pages/home?x=1"), store, KEY, addOne);
    const { version, lastModified } = (await store.read(KEY))!;
    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toEqual({
      etag: `"${version}"`,
      "last-modified": new Date(lastModified!).toUTCString(),
      location: "/pages/home?x=1",
    });
    expect(response.body).toBeNull();
  });

  test("mutate answers an update with 204 and the new tag", async () => {
    const { store, tag } = await storeWith({ n: 1 });
    const response = await mutate(request("PUT", { "If-Match": tag }), store, KEY, addOne);
    const { version, value } = (await store.read(KEY))!;
    expect(await said(response)).toEqual({ status: 204, etag: `"${version}"`, body: "" });
    expect(value).toEqual({ n: 2 });
    expect(response.headers.get("Location")).toBeNull();
  });

  test("mutate answers a delete with 204 and without a tag", async () => {
    const { store, tag } = await storeWith({ n: 1 });
    const response = await mutate(request("DELETE", { "If-Match": tag }), store, KEY, () => null);
    expect(await said(response)).toEqual({ status: 204, etag: null, body: "" });
    expect(await store.read(KEY)).toBeNull();
  });

  test("mutate shows the new value if `represent` is given, unless the client prefers less", async () => {
    const represent = (count: Count) => Response.json(count, { headers: { "X-Own": "1" } });
    const store = memoryStore<Count>();
    const send = (headers = {}) =>
      mutate(request("POST", headers), store, KEY, addOne, { represent, location: "/c/1" });
    const created = await send();
    expect([created.headers.get("Location"), created.headers.get("X-Own")]).toEqual(["/c/1", "1"]);
    expect(await said(created)).toMatchObject({ status: 201, body: { n: 1 } });
    const updated = await send({ Prefer: "respond-async, Return=Representation; x=1" });
    expect(updated.headers.get("Content-Location")).toBe("/c/1");
    expect(updated.headers.get("Preference-Applied")).toBe("return=representation");
    expect(await said(updated)).toMatchObject({ status: 200, etag: expect.any(String), body: { n: 2 } });
    const minimal = await send({ Prefer: "return=minimal" });
    expect(minimal.headers.get("Preference-Applied")).toBe("return=minimal");
    expect(await said(minimal)).toMatchObject({ status: 204, etag: expect.any(String), body: "" });
  });

  test("mutate answers 404 when there is nothing to delete, whatever the conditions say", async () => {
    const store = memoryStore<Count>();
    for (const headers of [{}, { "If-Match": '"gone"' }, { "If-Match": "*" }, { "If-None-Match": "*" }]) {
      const response = await mutate(request("DELETE", headers), store, KEY, () => null, {
        require: true,
      });
      expect(response.status, JSON.stringify(headers)).toBe(404);
    }
    expect((await mutate(request("POST"), store, KEY, () => null)).status).toBe(404);
  });

  test("mutate reads once and swaps once", async () => {
    const { store, tag } = await storeWith({ n: 1 });
    const { store: seen, trips } = watched(store);
    await mutate(request("PUT", { "If-Match": tag }), seen, KEY, addOne);
    await mutate(request("PUT", { "If-Match": tag }), seen, KEY, addOne);
    expect(trips).toEqual(["read+", "swap", "read+"]);
  });
});

describe("judged before the change", () => {
  type Line = [headers: Record<string, string>, status: number, options?: MutateOptions<Count>];
  const past = new Date(0).toUTCString();
  const future = new Date(Date.now() + 86_400_000).toUTCString();
  test.each<Line>([
    [{}, 204],
    [{ "If-Match": "TAG" }, 204],
    [{ "If-Match": '"other", TAG' }, 204],
    [{ "If-Match": "*" }, 204],
    [{ "If-Match": '"other"' }, 412],
    [{ "If-Match": "W/TAG" }, 412],
    [{ "If-Match": "W/TAG" }, 204, { ifMatch: "weak" }],
    [{ "If-Match": "TAG-gzip" }, 204],
    [{ "If-Match": "TAG-gzip" }, 204, { codings: ["br", "gzip"] }],
    [{ "If-Match": "TAG-gzip" }, 412, { codings: [] }],
    [{ "If-Match": "TAG, other" }, 412],
    [{ "If-Match": "TAG, other" }, 400, { malformed: "reject" }],
    [{ "If-Match": "" }, 412],
    [{ "If-None-Match": "*" }, 412],
    [{ "If-None-Match": "TAG" }, 412],
    [{ "If-None-Match": '"other"' }, 204],
    [{ "If-Unmodified-Since": past }, 412],
    [{ "If-Unmodified-Since": future }, 204],
    [{ "If-Unmodified-Since": "yesterday" }, 204],
    [{}, 428, { require: true }],
    [{ "If-Unmodified-Since": future }, 428, { require: true }],
    [{ "If-Match": "TAG" }, 204, { require: true }],
  ])("mutate, sent %o, answers %i", async (headers, status, options) => {
    const { store, tag, version } = await storeWith({ n: 1 });
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, field]) => [
        name,
        field.replace("TAG-gzip", `"${version}-gzip"`).replace("TAG", tag),
      ]),
    );
    const change = vi.fn(addOne);
    const response = await mutate(request("PUT", sent), store, KEY, change, options);
    expect(response.status).toBe(status);
    expect(change).toHaveBeenCalledTimes(status === 204 ? 1 : 0);
    expect((await store.read(KEY))?.value.n).toBe(status === 204 ? 2 : 1);
    if (status === 412) expect(response.headers.get("ETag")).toBe(tag);
    if (status >= 400) expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test.each<Line>([
    [{ "If-None-Match": "*" }, 201],
    [{ "If-None-Match": '"a"' }, 201],
    [{ "If-Match": "*" }, 412],
    [{ "If-Match": '"a"' }, 412],
    [{ "If-None-Match": "a" }, 412],
  ])("mutate, sent %o for an absent value, answers %i", async (headers, status) => {
    const store = memoryStore<Count>();
    const response = await mutate(request("PUT", headers), store, KEY, addOne);
    expect(response.status).toBe(status);
    expect((await store.read(KEY))?.value ?? null).toEqual(status === 201 ? { n: 1 } : null);
  });
});

describe("refused by the application", () => {
  test("mutate passes on the Response that change returns, and writes nothing", async () => {
    const { store, tag, version } = await storeWith({ n: 1 });
    const refusal = Response.json({ reason: "closed" }, { status: 409, headers: { "X-Own": "1" } });
    const response = await mutate(request("PUT", { "If-Match": tag }), store, KEY, async () => refusal);
    expect(response).toBe(refusal);
    expect((await store.read(KEY))?.version).toBe(version);
  });

  test("mutate recognises a Response of another class with that name", async () => {
    const { store, version } = await storeWith({ n: 1 });
    const foreign = { status: 422, [Symbol.toStringTag]: "Response" } as unknown as Response;
    expect(await mutate(request("PUT"), store, KEY, () => foreign)).toBe(foreign);
    expect((await store.read(KEY))?.version).toBe(version);
  });

  test("mutate lets an error of change through, and writes nothing", async () => {
    const { store, version } = await storeWith({ n: 1 });
    const error = new Error("The mail server is down");
    const change = () => Promise.reject(error);
    await expect(mutate(request("PUT"), store, KEY, change)).rejects.toBe(error);
    expect((await store.read(KEY))?.version).toBe(version);
  });
});

describe("a lost swap", () => {
  test("mutate runs change again on the current value if the condition still holds", async () => {
    const { store } = await storeWith({ n: 1 });
    for (const headers of [{}, { "If-Match": "*" }, { "If-None-Match": '"other"' }]) {
      const seen: unknown[] = [];
      const change = (count: Count | null) => {
        seen.push(count?.n);
        return addOne(count);
      };
      const rivals = contested(store, [{ n: 10 }, { n: 20 }]);
      expect((await mutate(request("PUT", headers), rivals, KEY, change)).status).toBe(204);
      expect(seen.slice(1)).toEqual([10, 20]);
      expect((await store.read(KEY))?.value).toEqual({ n: 21 });
    }
  });

  test("mutate judges again, and answers 412 with the tag of the faster writer", async () => {
    const { store, tag } = await storeWith({ n: 1 });
    const change = vi.fn(addOne);
    const response = await mutate(
      request("PUT", { "If-Match": tag }),
      contested(store, [{ n: 10 }]),
      KEY,
      change,
    );
    const { version, value } = (await store.read(KEY))!;
    expect([response.status, response.headers.get("ETag")]).toEqual([412, `"${version}"`]);
    expect(value).toEqual({ n: 10 });
    expect(change).toHaveBeenCalledTimes(1);
  });

  test("mutate creates once when two writers found no value", async () => {
    const store = memoryStore<Count>();
    const create = request("PUT", { "If-None-Match": "*" });
    expect((await mutate(create, contested(store, [{ n: 10 }]), KEY, addOne)).status).toBe(412);
    expect((await store.read(KEY))?.value).toEqual({ n: 10 });
  });

  test("mutate answers 404 or 412 when another writer has deleted the value", async () => {
    const { store, tag } = await storeWith({ n: 1 });
    const remove = mutate(request("DELETE", { "If-Match": tag }), contested(store, [null]), KEY, () => null);
    expect((await remove).status).toBe(404);
    const again = await storeWith({ n: 1 });
    const change = mutate(
      request("PUT", { "If-Match": again.tag }),
      contested(again.store, [null]),
      KEY,
      addOne,
    );
    expect((await change).status).toBe(412);
  });

  test("mutate gives up after maxSwaps tries with 503 and Retry-After", async () => {
    const { store, version } = await storeWith({ n: 1 });
    const losing: VersionedStore<Count> = { read: store.read, swap: async () => ({ swapped: false }) };
    for (const maxSwaps of [1, 2, 5]) {
      const change = vi.fn(addOne);
      const response = await mutate(request("PUT"), losing, KEY, change, { maxSwaps });
      expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
      expect(change).toHaveBeenCalledTimes(maxSwaps);
    }
    expect((await store.read(KEY))?.version).toBe(version);
    for (const maxSwaps of [0, -1, 1.5, Number.NaN, "3" as never]) {
      await expect(mutate(request("PUT"), store, KEY, addOne, { maxSwaps })).rejects.toThrow(TypeError);
    }
  });

  test("mutate loses no addition of two hundred writers, and few of their tries are lost", async () => {
    const memory = memoryStore<Count>();
    // A round trip that takes some time, as every real one does.
    const store: VersionedStore<Count> = {
      read: async (...args) => after(1, () => memory.read(...args)),
      swap: async (...args) => after(1, () => memory.swap(...args)),
    };
    const change = vi.fn(addOne);
    const writers = Array.from({ length: 200 }, () => mutate(request("POST"), store, KEY, change));
    const statuses = (await Promise.all(writers)).map(({ status }) => status);
    expect(statuses.filter((status) => status < 300)).toHaveLength(200);
    expect((await memory.read(KEY))?.value).toEqual({ n: 200 });
    expect(change.mock.calls.length).toBeLessThan(500);
  });

  test("mutate waits at most a second for an earlier writer that hangs", async () => {
    const { store } = await storeWith({ n: 1 });
    const outcomes = ["lost", "never", "lost"];
    const stuck: VersionedStore<Count> = {
      read: store.read,
      swap: async (...args) => {
        const outcome = outcomes.shift();
        if (outcome === "never") return new Promise(() => {});
        return outcome === "lost" ? { swapped: false } : store.swap(...args);
      },
    };
    void mutate(request("PUT"), stuck, KEY, addOne);
    await vi.waitUntil(() => outcomes.length === 1);
    const begin = Date.now();
    expect((await mutate(request("PUT"), stuck, KEY, addOne)).status).toBe(204);
    expect(Date.now() - begin).toBeGreaterThan(900);
    expect((await store.read(KEY))?.value).toEqual({ n: 2 });
  });
});

describe("the store's errors", () => {
  test("mutate throws them, because it is unknown whether the write happened", async () => {
    const { store } = await storeWith({ n: 1 });
    const error = new Error("The connection was lost");
    const breaking = { read: store.read, swap: () => Promise.reject(error) };
    await expect(mutate(request("PUT"), breaking, KEY, addOne)).rejects.toBe(error);
    await expect(
      mutate(request("PUT"), { ...store, read: () => Promise.reject(error) }, KEY, addOne),
    ).rejects.toBe(error);
  });

  test("mutate answers a busy store with 503, and a value that it cannot hold with 413", async () => {
    const { store } = await storeWith({ n: 1 });
    const busy = { ...store, read: () => Promise.reject(new StoreBusyError("locked")) };
    const response = await mutate(request("PUT"), busy, KEY, addOne);
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
    const small = { ...store, swap: () => Promise.reject(new ValueTooLargeError("Cannot store 7 bytes")) };
    expect(await said(await mutate(request("PUT"), small, KEY, addOne))).toMatchObject({
      status: 413,
      body: { detail: "Cannot store 7 bytes" },
    });
  });

  test("mutate passes its signal to the store, by default the request's own", async () => {
    const { store } = await storeWith({ n: 1 });
    const signals: unknown[] = [];
    const noting: VersionedStore<Count> = {
      read(key, options) {
        signals.push(options?.signal);
        return store.read(key);
      },
      swap(key, expected, next, options) {
        signals.push(options?.signal);
        return store.swap(key, expected, next);
      },
    };
    const put = request("PUT");
    await mutate(put, noting, KEY, addOne);
    const { signal } = new AbortController();
    await mutate(put, noting, KEY, addOne, { signal });
    expect(signals).toEqual([put.signal, put.signal, signal, signal]);
    const aborted = AbortSignal.abort(new Error("The client has gone"));
    await expect(mutate(put, store, KEY, addOne, { signal: aborted })).rejects.toThrow("The client has gone");
  });

  test("mutate refuses a change that returns undefined", async () => {
    const { store, version } = await storeWith({ n: 1 });
    const change = (() => {}) as unknown as () => Count;
    await expect(mutate(request("PUT"), store, KEY, change)).rejects.toThrow(/Cannot store undefined/);
    expect((await store.read(KEY))?.version).toBe(version);
  });
});

async function after<R>(ms: number, work: () => R | Promise<R>): Promise<R> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return work();
}
