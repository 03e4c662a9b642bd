import { DatabaseSync } from "node:sqlite";
import { PGlite } from "@electric-sql/pglite";
import { mutate, resource, StoreBusyError, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { postgresStore } from "@entity-tag/store/postgres";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { describe, expect, test, vi } from "vitest";
import { request } from "./mutate/requests.ts";

interface Count {
  n: number;
}

const KEY = "home";
const addOne = (count: Count | null): Count => ({ n: (count?.n ?? 0) + 1 });

type Send = (method: string, headers: Record<string, string>, content?: unknown) => Promise<Response>;

/** The two ways to write, over the same store. */
const ways: [name: string, over: (store: VersionedStore<Count>) => Send][] = [
  [
    "resource",
    (store) => {
      const counts = resource(store, { key: KEY });
      return (method, headers, content) => counts(request(method, headers, content));
    },
  ],
  [
    "mutate",
    (store) => (method, headers, content) => {
      const change = () => (method === "DELETE" ? null : (content as Count));
      return mutate(request(method, headers, content), store, KEY, change);
    },
  ],
];

/** The parts of an answer that must be the same when it is given again. */
async function said(response: Response) {
  const [etag, location, ledger] = ["ETag", "Location", "Idempotency-Ledger"].map((name) =>
    response.headers.get(name),
  );
  return { status: response.status, etag, location, ledger };
}

async function versionIn(store: VersionedStore<Count>): Promise<string | undefined> {
  return (await store.read(KEY))?.version;
}

/** A write by another client. */
async function overtake(store: VersionedStore<Count>, n: number): Promise<void> {
  const swap = await store.swap(KEY, (await versionIn(store)) ?? null, { n });
  expect(swap.swapped).toBe(true);
}

describe.each(ways)("a keyed write by %s", (_, over) => {
  const conditions: [name: string, headers: (tag: string) => Record<string, string>][] = [
    ["If-Match with its tag", (tag) => ({ "If-Match": tag })],
    ["If-Match: *", () => ({ "If-Match": "*" })],
    ["no condition", () => ({})],
    ["If-None-Match with another tag", () => ({ "If-None-Match": '"another"' })],
  ];

  test.each(conditions)(
    "a keyed write under %s gets its first answer again, whatever others have written",
    async (_, of) => {
      const store = memoryStore<Count>();
      await overtake(store, 1);
      const send = over(store);
      const headers = { ...of(`"${await versionIn(store)}"`), "Idempotency-Key": '"a"' };
      const first = await said(await send("PUT", headers, { n: 2 }));
      expect(first).toMatchObject({
        status: 204,
        etag: `"${await versionIn(store)}"`,
        ledger: "max-age=86400",
      });
      expect(await said(await send("PUT", headers, { n: 2 }))).toEqual(first);
      await overtake(store, 50);
      expect(await said(await send("PUT", headers, { n: 2 }))).toEqual(first);
      expect((await store.read(KEY))?.value).toEqual({ n: 50 });
    },
  );

  test("a keyed write that is repeated gets its 201 with Location again, or the 204 of a delete", async () => {
    const store = memoryStore<Count>();
    const send = over(store);
    const create = () => send("PUT", { "If-None-Match": "*", "Idempotency-Key": "c" }, { n: 1 });
    const created = await said(await create());
    expect(created).toMatchObject({ status: 201, location: "/pages/home" });
    await overtake(store, 2);
    expect(await said(await create())).toEqual(created);
    const remove = async () => said(await send("DELETE", { "If-Match": `"${tag}"`, "Idempotency-Key": "d" }));
    const tag = await versionIn(store);
    const removed = await remove();
    expect(removed).toMatchObject({ status: 204, etag: null });
    await overtake(store, 3);
    expect(await remove()).toEqual(removed);
    expect(await said(await create())).toEqual(created);
    expect((await store.read(KEY))?.value).toEqual({ n: 3 });
  });

  test("a keyed write gets a 422 if its method, target, condition or body differs under the same key", async () => {
    const store = memoryStore<Count>();
    await overtake(store, 1);
    const send = over(store);
    expect((await send("PUT", { "Idempotency-Key": "k" }, { n: 2 })).status).toBe(204);
    const version = await versionIn(store);
    const others: Parameters<Send>[] = [
      ["PUT", { "Idempotency-Key": "k" }, { n: 3 }],
      ["PUT", { "Idempotency-Key": "k", "If-Match": "*" }, { n: 2 }],
      ["PUT", { "Idempotency-Key": "k", "If-None-Match": '"x"' }, { n: 2 }],
      ["DELETE", { "Idempotency-Key": "k" }],
    ];
    for (const other of others) {
      const answer = await send(...other);
      expect([answer.status, answer.headers.get("Idempotency-Ledger")]).toEqual([422, "max-age=86400"]);
    }
    expect(await versionIn(store)).toBe(version);
  });

  test("a keyed write belongs to its client: with another Authorization it is another key, with its own answer", async () => {
    const store = memoryStore<Count>();
    const send = over(store);
    const by = (who: string, n: number) =>
      send("PUT", { Authorization: `Bearer ${who}`, "Idempotency-Key": "k" }, { n });
    expect([(await by("ann", 1)).status, (await by("bob", 2)).status]).toEqual([201, 204]);
    expect((await by("ann", 1)).status).toBe(201);
    expect((await store.read(KEY))?.value).toEqual({ n: 2 });
  });

  test("a keyed write has its key as a structured string, and a long or malformed key is refused", async () => {
    const store = memoryStore<Count>();
    const send = over(store);
    const put = async (key: string, n = 1) => (await send("PUT", { "Idempotency-Key": key }, { n })).status;
    expect([await put('"a"'), await put("a"), await put('"a";v=1'), await put("a", 2)]).toEqual([
      201, 201, 201, 422,
    ]);
    const unusable = [
      "",
      '""',
      '"',
      '"a',
      '"a" b',
      '"a", "b"',
      "a, b",
      "a b",
      '"\\x"',
      "é",
      `"${"k".repeat(256)}"`,
      '"a";',
      '"a" ;v=1',
      '"a";v=',
      '"a";V=1',
      '"a";v=1 2',
      '"a";v="x',
      '"a";v=1,"b"',
    ];
    for (const key of unusable) expect([key, await put(key)]).toEqual([key, 400]);
    expect(await put(`"${"k".repeat(255)}"`)).toBe(204);
    expect(await put('"q\\"\\\\"')).toBe(204);
    for (const parameters of [';v="x, y"', "; v; w=?1", ";v=:YQ==:;*x=2.5", ';v="\\";"'])
      expect([parameters, await put(`"with parameters"${parameters}`)]).toEqual([parameters, 204]);
  });

  test("a keyed write is not remembered when it is refused, and a refusal says how long keys are remembered", async () => {
    const store = memoryStore<Count>();
    await overtake(store, 1);
    const send = over(store);
    const stale = await send("PUT", { "If-Match": '"stale"', "Idempotency-Key": "k" }, { n: 2 });
    expect(await said(stale)).toMatchObject({ status: 412, ledger: "max-age=86400" });
    const headers = { "If-Match": `"${await versionIn(store)}"`, "Idempotency-Key": "k" };
    expect((await send("PUT", headers, { n: 2 })).status).toBe(204);
    expect((await send("PUT", {}, { n: 3 })).headers.has("Idempotency-Ledger")).toBe(false);
  });

  test("a keyed write is made once when two copies arrive at the same time, and both get the answer", async () => {
    const store = memoryStore<Count>();
    await overtake(store, 1);
    const send = over(store);
    const headers = { "If-Match": `"${await versionIn(store)}"`, "Idempotency-Key": "k" };
    const copies = await Promise.all([1, 2, 3].map(async () => said(await send("PUT", headers, { n: 2 }))));
    expect(copies).toEqual([copies[0], copies[0], copies[0]]);
    expect(copies[0]?.status).toBe(204);
  });

  test("a keyed write gets a 503 when the ledger is full, and nothing is written", async () => {
    const store = memoryStore<Count>({ ledger: { maxEntries: 1 } });
    const send = over(store);
    expect((await send("PUT", { "Idempotency-Key": "a" }, { n: 1 })).status).toBe(201);
    const refused = await send("PUT", { "Idempotency-Key": "b" }, { n: 2 });
    expect([refused.status, refused.headers.has("Retry-After")]).toEqual([503, true]);
    expect((await store.read(KEY))?.value).toEqual({ n: 1 });
    expect((await send("PUT", {}, { n: 3 })).status).toBe(204);
  });
});

test("a full ledger refuses writes with a new key, and no other writer in the queue", async () => {
  const store = memoryStore<Count>({ ledger: { maxEntries: 1 } });
  const counts = resource(
    {
      ...store,
      async swap(...call) {
        // As long as a database takes, so that writers meet in the queue.
        await new Promise((resolve) => setTimeout(resolve, 5));
        return store.swap(...call);
      },
    },
    { key: KEY },
  );
  const put = (n: number, key?: string) =>
    counts(request("PUT", key === undefined ? {} : { "Idempotency-Key": key }, { n }));
  expect((await put(0, "first")).status).toBe(201);
  const isKeyed = (n: number) => n % 4 === 3;
  const writers = Array.from({ length: 20 }, (_, n) => put(n, isKeyed(n) ? `new-${n}` : undefined));
  const answers = await Promise.all([...writers, put(0, "first")]);
  expect(answers.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 20 }, (_, n) => (isKeyed(n) ? 503 : 204)),
    201,
  ]);
});

const ledger = { maxEntries: 3 };
const bounded: [name: string, open: () => Promise<VersionedStore<Count>>][] = [
  ["memory", async () => memoryStore({ ledger })],
  ["SQLite", () => sqliteStore<Count>(new DatabaseSync(":memory:"), { ledger }).createTable()],
  ["PGlite", async () => postgresStore<Count>(await PGlite.create(), { ledger }).createTable()],
];

// A PGlite may need most of a minute to start on a busy machine.
const patient = { timeout: 120_000 };

test.each(bounded)(
  "a ledger in %s counts its entries, and no write that it refused",
  patient,
  async (_, open) => {
    const store = await open();
    const swap = (key: string, id: string, expected: string | null = null) =>
      store.swap(key, expected, { n: 1 }, { claim: { id, fingerprint: "f" } });
    for (let copy = 0; copy < 20; copy++) {
      expect((await swap(`a-${copy}`, "a")).swapped).toBe(copy === 0);
      expect((await swap("a-0", `lost-${copy}`, "another version")).swapped).toBe(false);
    }
    for (const id of ["b", "c"]) expect((await swap(id, id)).swapped).toBe(true);
    await expect(swap("d", "d")).rejects.toThrow(StoreBusyError);
    // A copy of a write that was made is no new entry.
    expect((await swap("e", "a")).swapped).toBe(false);
  },
);

test("scope must return a text, because many objects become the same text", async () => {
  const scope = (() => new Map([["user", "ann"]])) as unknown as () => string;
  const counts = resource(memoryStore<number>(), { key: KEY, scope });
  const keyed = request("PUT", { "Idempotency-Key": "k" }, "1");
  await expect(counts(keyed)).rejects.toThrow("The scope of a client was given a Map");
});

test.each(ways)(
  "a scope that asks a busy store makes a keyed write by %s a 503, and nothing is written",
  async (name) => {
    const store = memoryStore<Count>();
    const scope = () => {
      throw new StoreBusyError("locked");
    };
    const keyed = request("PUT", { "Idempotency-Key": "k" }, { n: 1 });
    const answer =
      name === "mutate"
        ? await mutate(keyed, store, KEY, addOne, { scope })
        : await resource(store, { key: KEY, scope })(keyed);
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "1"]);
    expect(answer.headers.get("Idempotency-Ledger")).toBe("max-age=86400");
    expect(await versionIn(store)).toBeUndefined();
  },
);

test("scope decides to which client a key belongs, instead of Authorization", async () => {
  const store = memoryStore<Count>();
  const counts = resource(store, { key: KEY, scope: (each) => each.headers.get("X-User") });
  const by = async (user: string, token: string) => {
    const headers = { "X-User": user, Authorization: token, "Idempotency-Key": "k" };
    return (await counts(request("PUT", headers, { n: 1 }))).status;
  };
  expect([await by("ann", "1"), await by("ann", "2"), await by("bob", "2")]).toEqual([201, 201, 204]);
});

test("a repeated answer has the content only while its version is current", async () => {
  const store = memoryStore<Count>();
  await overtake(store, 1);
  const change = vi.fn(addOne);
  const represent = (count: Count) => Response.json(count);
  const send = () =>
    mutate(request("POST", { "Idempotency-Key": "k" }, {}), store, KEY, change, { represent });
  const [first, again] = [await send(), await send()];
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(await again.json()).toEqual(await first.json());
  await overtake(store, 7);
  const late = await send();
  expect([late.status, late.headers.get("Preference-Applied"), await late.text()]).toEqual([
    204,
    "return=minimal",
    "",
  ]);
  expect(late.headers.get("ETag")).toBe(first.headers.get("ETag"));
  expect(change).toHaveBeenCalledTimes(1);
});

test("a keyed write costs two round trips, as one without a key", async () => {
  const inner = memoryStore<Count>();
  const trips: string[] = [];
  function noted<A extends unknown[], R>(name: string, trip: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      trips.push(name);
      return trip(...args);
    };
  }
  const store: VersionedStore<Count> = {
    read: noted("read", inner.read),
    readUnless: noted("read", inner.readUnless),
    swap: noted("swap", inner.swap),
    ledger: { ...inner.ledger, find: noted("find", inner.ledger.find) },
  };
  const counts = resource(store, { key: KEY });
  await counts(request("PUT", { "Idempotency-Key": "k" }, { n: 1 }));
  await counts(request("PUT", {}, { n: 1 }));
  expect(trips).toEqual(["find", "swap", "read", "swap"]);
});

test("an unknown outcome is thrown, and a repeat finds it in the ledger", async () => {
  const inner = memoryStore<Count>();
  let isLost = true;
  const store: VersionedStore<Count> = {
    ...inner,
    async swap(...args) {
      const swap = await inner.swap(...args);
      if (isLost) throw new Error("The connection was lost");
      return swap;
    },
  };
  const send = () => mutate(request("POST", { "Idempotency-Key": "k" }), store, KEY, addOne);
  await expect(send()).rejects.toThrow("The connection was lost");
  isLost = false;
  expect((await send()).status).toBe(201);
  expect((await store.read(KEY))?.value).toEqual({ n: 1 });
});

test("a store that is busy ends the write at once, without another try", async () => {
  const inner = memoryStore<Count>();
  const swap = vi.fn(async () => {
    throw new StoreBusyError("locked");
  });
  const answer = await mutate(request("POST"), { ...inner, swap }, KEY, addOne);
  expect([answer.status, swap.mock.calls.length]).toEqual([503, 1]);
});
