import assert from "node:assert/strict";
import { type Case, fresh, put } from "./store-under-test.ts";

/** The keys that a store keeps apart, and those that it refuses. */
export const keyCases: Case[] = [
  {
    name: "unusual keys work as all keys do, and no two of them collide",
    async run({ open }) {
      const [store, prefix] = [await open<string>(), fresh()];
      const odd = [
        ...[
          "",
          " ",
          "  ",
          "a",
          "A",
          "a ",
          "é",
          "e\u0301",
          "ß",
          "ss",
          "ﬀ",
          "a/b",
          "/a//b/",
          "../a",
          ".",
          "%2F",
          "%",
          "_",
          "\\",
        ],
        ...[
          "'; DROP TABLE entity_tag; --",
          '"',
          "{a}",
          "*",
          "?",
          "[a]",
          ":",
          "\n",
          "\t",
          "\u007f",
          "\u0001",
          "\ufeff",
          "\uffff",
        ],
        ...["😀", "\u{10ffff}", "null", "undefined", "0", "00", "__proto__", "constructor", "a\u200b"],
        ...["k".repeat(1024), `${"k".repeat(1023)}l`, "😀".repeat(256), "ж".repeat(512)],
      ];
      const keys = ["", ...odd.map((key) => prefix + key)];
      const before = await store.read("");
      if (before) await store.swap("", before.version, null);
      for (const key of keys) await put(store, key, null, `the value of ${key}`);
      for (const key of keys) assert.equal((await store.read(key))?.value, `the value of ${key}`);
      for (const key of keys) {
        const { version } = (await store.read(key))!;
        assert.deepEqual(await store.swap(key, version, null), { swapped: true, current: null });
        assert.equal(await store.read(key), null);
      }
    },
  },
  {
    name: "a key that some driver cannot hold is a TypeError that says why",
    async run({ open }) {
      const store = await open<string>();
      const impossible: [unknown, RegExp][] = [
        ["a\0b", /U\+0000/],
        ["\ud800", /surrogate/],
        ["a\udc00b", /surrogate/],
        ["k".repeat(2001), /2001 bytes/],
        ["😀".repeat(501), /2004 bytes/],
        [undefined, /not a string/],
        [7, /not a string/],
      ];
      for (const [key, message] of impossible) {
        await assert.rejects(store.read(key as string), { name: "TypeError", message });
        await assert.rejects(store.swap(key as string, null, "value"), { name: "TypeError", message });
        if (!store.list) continue;
        await assert.rejects(async () => store.list!(key as string, { limit: 1 }), {
          name: "TypeError",
          message,
        });
      }
      await put(store, fresh() + "k".repeat(1950), null, "long enough");
    },
  },
];
