import assert from "node:assert/strict";
import type { VersionedStore } from "../contract/versioned-store.ts";
import { bytes, type Case, fresh, put } from "./store-under-test.ts";

/** The values that a store gives back, and those that it refuses. */
export const valueCases: Case[] = [
  {
    name: "JSON values come back as they were",
    async run({ open }) {
      const store = await open<unknown>();
      const values = [
        "",
        "null",
        0,
        -0.1,
        1e300,
        false,
        true,
        [],
        {},
        "\0\u0001\u007f\u2028 \ud83d\ude00 \ud800 ü \\u0000 '\"",
        { "": { "\0": [null, { deep: [[[1]]] }] }, ключ: "値" },
        JSON.parse('{"__proto__": {"a": 1}, "constructor": null}'),
        Array.from({ length: 1000 }, (_, i) => ({ i, text: `row ${i}` })),
      ];
      for (const value of values) {
        const key = fresh();
        await put(store, key, null, value);
        assert.equal(JSON.stringify((await store.read(key))?.value), JSON.stringify(value));
      }
    },
  },
  {
    name: "a caller may change a value that it read or wrote, and the store does not change",
    async run({ open }) {
      const [store, key] = [await open<{ list: number[] }>(), fresh()];
      const mine = { list: [1] };
      const version = await put(store, key, null, mine);
      mine.list.push(2);
      (await store.read(key))!.value.list.push(3);
      assert.deepEqual((await store.read(key))?.value, { list: [1] });
      const binary = await open(bytes);
      const array = Uint8Array.of(1, 2, 3);
      await put(binary, version, null, array);
      array[0] = 9;
      (await binary.read(version))!.value[1] = 9;
      assert.deepEqual([...(await binary.read(version))!.value], [1, 2, 3]);
      const shared = SharedSlices.of(1, 2, 3);
      await put(binary, `${version}-shared`, null, shared);
      shared[0] = 9;
      (await binary.read(`${version}-shared`))!.value[1] = 9;
      assert.deepEqual([...(await binary.read(`${version}-shared`))!.value], [1, 2, 3]);
    },
  },
  {
    name: "a value that JSON cannot hold is a TypeError, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<unknown>(), fresh()];
      for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol("s"), 1n]) {
        await assert.rejects(store.swap(key, null, value), TypeError, String(value));
      }
      assert.equal(await store.read(key), null);
    },
  },
  {
    name: "a member that JSON would make null is a TypeError, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<unknown>(), fresh()];
      for (const value of [
        { total: Number.NaN },
        [Number.POSITIVE_INFINITY],
        [undefined],
        { list: [() => 1] },
      ]) {
        await assert.rejects(store.swap(key, null, value), TypeError);
      }
      assert.equal(await store.read(key), null);
      const kept = { none: null, list: [null], text: "null", absent: undefined };
      await store.swap(key, null, kept);
      assert.deepEqual((await store.read(key))?.value, { none: null, list: [null], text: "null" });
    },
  },
  {
    name: "bytes come back as they were, in a plain Uint8Array",
    async run({ open }) {
      const store = await open(bytes);
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const part = new Uint8Array(new Uint8Array([9, 9, 1, 0, 255, 9]).buffer, 2, 3);
      for (const value of [all, part, new Uint8Array()]) {
        const key = fresh();
        await put(store, key, null, value);
        const found = (await store.read(key))!.value;
        assert.equal(Object.getPrototypeOf(found), Uint8Array.prototype);
        assert.deepEqual([...found], [...value]);
      }
    },
  },
  {
    name: "a value of 10 MB is stored, or refused as too large before anything is written",
    async run({ open, maxValueBytes }) {
      const [texts, binaries] = [await open<string>(), await open(bytes)];
      const text = "Größe ".repeat(1_430_000);
      const binary = new Uint8Array(10_000_000).map((_, i) => i * 31 + (i >> 8));
      for (const [store, value] of [
        [texts, text],
        [binaries, binary],
      ] as [VersionedStore<unknown>, unknown][]) {
        const key = fresh();
        if (maxValueBytes) {
          await assert.rejects(store.swap(key, null, value), { name: "ValueTooLargeError" });
          assert.equal(await store.read(key), null);
          continue;
        }
        const version = await put(store, key, null, value);
        const found = (await store.read(key))!.value;
        // Compares everything at once: a diff of ten million bytes helps nobody.
        assert.ok(typeof found === "string" ? found === value : isSame(found as Uint8Array, binary));
        assert.deepEqual(await store.swap(key, version, null), { swapped: true, current: null });
      }
      if (!maxValueBytes) return "skipped";
      const key = fresh();
      await put(binaries, key, null, new Uint8Array(maxValueBytes).fill(255));
      assert.equal((await binaries.read(key))?.value.length, maxValueBytes);
      await assert.rejects(binaries.swap(key, null, new Uint8Array(maxValueBytes + 1)), {
        name: "ValueTooLargeError",
      });
    },
  },
];

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** As a Buffer of Node: a slice shares memory with the whole. */
class SharedSlices extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
  }
}
