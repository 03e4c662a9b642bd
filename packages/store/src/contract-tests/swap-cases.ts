import assert from "node:assert/strict";
import { type Case, fresh, type Json, lost, put, swapCase } from "./store-under-test.ts";

/** Versions, and the swaps of one caller. */
export const swapCases: Case[] = [
  {
    name: "read answers null for a key without a value",
    async run({ open }) {
      const store = await open();
      assert.equal(await store.read(fresh()), null);
    },
  },
  {
    name: "swap creates only a key without a value",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const first = await store.swap(key, null, { n: 1 });
      assert.equal(first.swapped, true);
      await lost(store.swap(key, null, { n: 2 }));
      assert.deepEqual((await store.read(key))?.value, { n: 1 });
    },
  },
  {
    name: "swap returns the state that the next read finds",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      for (const writeId of [undefined, "a write", ""]) {
        const before = await store.read(key);
        const swap = await store.swap(key, before?.version ?? null, { by: writeId ?? "nobody" }, { writeId });
        assert.equal(swap.swapped, true);
        const read = await store.read(key);
        assert.deepEqual(swap.swapped && swap.current, read);
        assert.equal(read?.writeId, writeId);
        assert.equal("writeId" in read!, writeId !== undefined);
      }
    },
  },
  {
    name: "swap replaces the version that it was given, and no other",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const first = await put(store, key, null, { n: 1 });
      const second = await put(store, key, first, { n: 2 });
      assert.notEqual(first, second);
      const wrong = [
        first,
        "",
        "*",
        "null",
        `${second}x`,
        second.slice(0, -1),
        ` ${second}`,
        swapCase(second),
        `"${second}"`,
      ];
      for (const expected of wrong) {
        await lost(store.swap(key, expected, { n: 3 }), expected);
        await lost(store.swap(key, expected, null), expected);
      }
      await lost(store.swap(key, null, null));
      const found = await store.read(key);
      assert.deepEqual([found?.value, found?.version], [{ n: 2 }, second]);
    },
  },
  {
    name: "swap with a version writes nothing for a key without a value",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const other = await put(store, fresh(), null, { n: 1 });
      for (const expected of ["", "*", other]) {
        await lost(store.swap(key, expected, { n: 1 }));
        await lost(store.swap(key, expected, null));
      }
      assert.equal(await store.read(key), null);
    },
  },
  {
    name: "swap deletes, and a delete of a key without a value succeeds",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      assert.deepEqual(await store.swap(key, null, null), { swapped: true, current: null });
      const version = await put(store, key, null, { n: 1 });
      assert.deepEqual(await store.swap(key, version, null), { swapped: true, current: null });
      assert.equal(await store.read(key), null);
      await lost(store.swap(key, version, null));
    },
  },
  {
    name: "a delete of a key without a value removes no other key from the list",
    async run({ open }) {
      const [store, prefix] = [await open<Json>(), fresh()];
      if (!store.list) return "skipped";
      const keys = ["a", "c"].map((name) => prefix + name);
      for (const key of keys) await put(store, key, null, { n: 1 });
      const listed = async () => (await store.list!(prefix, { limit: 9 })).map(({ key }) => key);
      assert.deepEqual(await listed(), keys);
      for (const name of ["", "b", "d"]) await store.swap(prefix + name, null, null);
      assert.deepEqual(await listed(), keys);
    },
  },
  {
    name: "a version is never used again, not even after delete and create",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const seen = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const created = await put(store, key, null, { n: 1 });
        const same = await put(store, key, created, { n: 1 });
        for (const old of seen) {
          assert.ok(old !== created && old !== same);
        }
        seen.add(created).add(same);
        assert.deepEqual(await store.swap(key, same, null), { swapped: true, current: null });
      }
      assert.equal(seen.size, 40);
      const [last] = [...seen].slice(-1);
      await put(store, key, null, { n: 1 });
      await lost(store.swap(key, last!, { n: 2 }));
      // Random bytes that are used again would repeat only after many versions.
      for (let i = 0; i < 30; i++) {
        const keys = Array.from({ length: 10 }, (_, j) => `${key}${i}-${j}`);
        for (const version of await Promise.all(keys.map((each) => put(store, each, null, { n: 1 }))))
          seen.add(version);
      }
      assert.equal(seen.size, 340);
    },
  },
  {
    name: "a version can be the opaque part of an entity tag",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const version = await put(store, key, null, { n: 1 });
      assert.match(version, /^[!#-~]{16,64}$/);
    },
  },
  {
    name: "lastModified is now, in milliseconds, and does not go back",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      let version: string | null = null;
      let last = 0;
      for (let i = 0; i < 5; i++) {
        version = await put(store, key, version, { i });
        const { lastModified } = (await store.read(key))!;
        assert.ok(Number.isSafeInteger(lastModified), String(lastModified));
        assert.ok(Math.abs(lastModified! - Date.now()) < 60_000);
        assert.ok(lastModified! >= last);
        last = lastModified!;
      }
    },
  },
];
