import assert from "node:assert/strict";
import { type Case, fresh, put } from "./store-under-test.ts";

type Json = Record<string, unknown>;

const encode = (text: string) => new TextEncoder().encode(text);

/**
 * The contract for octets, and for a lost swap. A store also passes if it keeps no octets, or returns no state of a
 * lost swap.
 */
export const octetsCases: Case[] = [
  {
    name: "octets come back as they were sent, or not at all",
    async run({ open }) {
      const store = await open<Json>();
      const sent = [
        encode('{ "n": 1.0 }'),
        encode('{"n":1}'),
        encode("\ufeff{}"),
        Uint8Array.of(0, 255, 43, 45, 128, 10),
        new Uint8Array(30_000).fill(7),
        new Uint8Array(),
      ];
      for (const octets of sent) {
        const key = fresh();
        const copy = octets.slice();
        const swap = await store.swap(key, null, { n: 1 }, { octets: copy });
        copy.fill(1);
        const read = await store.read(key);
        assert.ok(swap.swapped);
        assert.deepEqual(read, swap.current);
        assert.deepEqual(read?.value, { n: 1 });
        if (read?.octets === undefined) continue;
        assert.equal(Object.getPrototypeOf(read.octets), Uint8Array.prototype);
        assert.deepEqual([...read.octets], [...octets]);
        read.octets.fill(2);
        assert.deepEqual([...(await store.read(key))!.octets!], [...octets]);
      }
    },
  },
  {
    name: "a swap without octets drops the octets of the previous version",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const swap = await store.swap(key, null, { n: 1 }, { octets: encode('{ "n": 1 }') });
      assert.ok(swap.swapped && swap.current);
      await put(store, key, swap.current.version, { n: 2 });
      assert.equal("octets" in (await store.read(key))!, false);
    },
  },
  {
    name: "a lost swap returns the current state, if it returns a state",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const version = await put(store, key, null, { n: 1 });
      const there = await store.read(key);
      for (const expected of [null, "another-version-of-it"]) {
        for (const next of [{ n: 2 }, null]) {
          if (expected === null && next === null) continue;
          const whole = await store.swap(key, expected, next);
          if (!whole.swapped && whole.current !== undefined) assert.deepEqual(whole.current, there);
          const bare = await store.swap(key, expected, next, { skipValue: true });
          if (!bare.swapped && bare.current !== undefined) assert.equal(bare.current?.version, version);
          assert.deepEqual([whole.swapped, bare.swapped], [false, false]);
        }
      }
      const nothing = await store.swap(fresh(), version, { n: 2 });
      if (!nothing.swapped && nothing.current !== undefined) assert.equal(nothing.current, null);
    },
  },
];
