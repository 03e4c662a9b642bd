// A store of a user's own, whose rows come from a database without types.
import { keyBelow, mutate, resource, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test } from "vitest";

type Row = Record<string, unknown> | null | undefined;

/** A right store, in which `changes` replaces some methods. */
async function storeWith(changes: object): Promise<VersionedStore<unknown>> {
  const right = memoryStore<unknown>();
  await right.swap("a", null, { text: "Hello" });
  const methods = { read: right.read, swap: right.swap, list: right.list };
  return { ...methods, ...changes } as unknown as VersionedStore<unknown>;
}

const put = (fields: Record<string, string> = {}) =>
  new Request("http://localhost/pages/a", {
    method: "PUT",
    headers: { "Content-Type": "application/json", ...fields },
    body: '{"text":"Bye"}',
  });

const states: [what: string, row: Row, shown: string][] = [
  ["nothing, as rows[0] does", undefined, "undefined"],
  ["a row whose version has another name", { value: {}, rev: "7" }, "the version undefined"],
  ["a number as the version", { value: {}, version: 7 }, "the version 7"],
  ["a bigint as the version", { value: {}, version: 7n }, "the version 7"],
  ["null as the version", { value: {}, version: null }, "the version null"],
];

test.each(states)(
  "read of a store returns %s: a TypeError says so, and nothing is written",
  async (_, row, shown) => {
    let swaps = 0;
    const store = await storeWith({
      read: async () => row,
      swap: async () => {
        swaps++;
      },
    });
    const message = `\`read\` of the store returned ${shown}: let it return null, or { value, version }`;
    const pages = resource(store, { key: keyBelow("/pages") });
    await expect(pages(new Request("http://localhost/pages/a"))).rejects.toThrow(message);
    await expect(pages(put({ "If-Match": "*" }))).rejects.toThrow(message);
    await expect(mutate(put(), store, "a", () => 1)).rejects.toThrow(message);
    expect(swaps).toBe(0);
  },
);

test.each([
  ["true", true, "swap` of the store returned true"],
  ["nothing", undefined, "swap` of the store returned undefined"],
  ["the number of rows", { swapped: 1, current: null }, 'swap` of the store returned {"swapped":1'],
  ["no new state", { swapped: true }, "swap` of the store returned `current` as undefined"],
  [
    "a state without a version",
    { swapped: true, current: { value: {} } },
    "swap` of the store returned `current` as the version undefined",
  ],
  [
    "a state without a version, when it was lost",
    { swapped: false, current: { value: {} } },
    "swap` of the store returned `current` as the version undefined",
  ],
])("swap of a store returns %s: a TypeError says so", async (_, returned, message) => {
  const store = await storeWith({ swap: async () => returned });
  await expect(resource(store, { key: keyBelow("/pages") })(put())).rejects.toThrow(message);
  await expect(mutate(put(), store, "a", () => 1)).rejects.toThrow(message);
});

test.each([
  ["nothing", undefined, "list` of the store returned undefined"],
  ["a member without a version", [{ key: "a", value: {} }], "list` of the store returned a member without"],
  ["a member without a key", [{ version: "1" }], "list` of the store returned a member without"],
])("list of a store returns %s: a TypeError says so", async (_, returned, message) => {
  const pages = resource(await storeWith({ list: async () => returned }), { key: keyBelow("/pages") });
  await expect(pages(new Request("http://localhost/pages"))).rejects.toThrow(message);
});

test.each([
  [true, "POST, OPTIONS"],
  [false, "OPTIONS"],
])(
  "a store without list, newKey %s: GET of a collection gets a 405, because a client may send it",
  async (newKey, allow) => {
    const store = await storeWith({ list: undefined });
    const pages = resource(store, { key: keyBelow("/pages"), ...(newKey && { newKey }) });
    for (const method of ["GET", "HEAD"]) {
      const answer = await pages(new Request("http://localhost/pages", { method }));
      expect([answer.status, answer.headers.get("Allow")]).toEqual([405, allow]);
    }
    const asked = await pages(new Request("http://localhost/pages", { method: "OPTIONS" }));
    expect([asked.status, asked.headers.get("Allow")]).toEqual([204, allow]);
  },
);

test("the ledger of a store finds a state without a version: a TypeError says so", async () => {
  const ledger = { maxAge: 60, find: async () => ({ current: { value: {} }, entry: null }) };
  const store = await storeWith({ ledger });
  const keyed = put({ "Idempotency-Key": '"k"' });
  await expect(mutate(keyed, store, "a", () => 1)).rejects.toThrow(
    "`find` of the store returned the version",
  );
});

test("readUnless of a store returns a state without a version: a TypeError says so", async () => {
  const store = await storeWith({ readUnless: async () => ({ lastModified: 0 }) });
  const asked = new Request("http://localhost/pages/a", { headers: { "If-None-Match": '"1"' } });
  const pages = resource(store, { key: keyBelow("/pages") });
  await expect(pages(asked)).rejects.toThrow("`readUnless` of the store returned the version undefined");
});
