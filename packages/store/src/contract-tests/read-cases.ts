import assert from "node:assert/strict";
import { bytes, type Case, fresh, type Json, put, swapCase } from "./store-under-test.ts";

/** `readUnless` and `list`. */
export const readCases: Case[] = [
  {
    name: "readUnless leaves out the value of a version that is known",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      if (!store.readUnless) return "skipped";
      assert.equal(await store.readUnless(key, "*"), null);
      assert.equal(await store.readUnless(key, ["a"]), null);
      const version = await put(store, key, null, { n: 1 });
      const whole = (await store.read(key))!;
      const { value: _, ...state } = whole;
      assert.deepEqual(await store.readUnless(key, "*"), state);
      assert.deepEqual(await store.readUnless(key, [version]), state);
      assert.deepEqual(await store.readUnless(key, ["a,b", 'x\\"', "ÿ", version, "{}"]), state);
      for (const known of [[], [""], ["*"], ["a", `${version}x`, swapCase(version)]]) {
        assert.deepEqual(await store.readUnless(key, known), whole, String(known));
      }
      const many = Array.from({ length: 2000 }, (_, i) => `version-${i}`);
      assert.deepEqual(await store.readUnless(key, many), whole);
      assert.deepEqual(await store.readUnless(key, [...many, version]), state);
      const binary = await open(bytes);
      await put(binary, key, null, new Uint8Array());
      assert.deepEqual((await binary.readUnless!(key, []))!, await binary.read(key));
    },
  },
  {
    name: "list gives the keys of a prefix in the order of their code points, page by page",
    async run({ open }) {
      const [store, prefix] = [await open<string>(), fresh()];
      if (!store.list) return "skipped";
      const inside = [
        "",
        " ",
        "%",
        "-",
        "0",
        "A",
        "_",
        "a",
        "a/b",
        "aa",
        "é",
        "\u{e000}",
        "\uffff",
        "😀",
        "\u{10ffff}",
      ];
      for (const key of [...inside].reverse()) await put(store, prefix + key, null, `value ${key}`);
      for (const outside of [prefix.slice(0, -1), `${prefix.slice(0, -1)}~`, prefix.toUpperCase(), fresh()]) {
        await put(store, outside, (await store.read(outside))?.version ?? null, "outside");
      }
      const list = store.list.bind(store);
      const all = await list(prefix, { limit: 100 });
      assert.deepEqual(
        all.map(({ key }) => key.slice(prefix.length)),
        inside,
      );
      for (const { key, ...state } of all) assert.deepEqual(state, await store.read(key));

      const bare = await list(prefix, { limit: 100, values: false });
      assert.deepEqual(
        bare,
        all.map(({ value: _, ...rest }) => rest),
      );

      for (const limit of [1, 4, inside.length]) {
        const paged: string[] = [];
        for (let after: string | undefined; ; after = paged.at(-1)) {
          const page = await list(prefix, { limit, after });
          if (page.length === 0) break;
          assert.ok(page.length <= limit);
          paged.push(...page.map(({ key }) => key));
        }
        assert.deepEqual(
          paged,
          all.map(({ key }) => key),
        );
      }
      assert.deepEqual(
        await list(prefix, { limit: 9, after: "!" }),
        all.slice(0, 9),
        "after a key before the prefix",
      );
      assert.deepEqual(await list(`${prefix}\u{10ffff}`, { limit: 9 }), all.slice(-1));
      assert.deepEqual(await list(`${prefix}nothing`, { limit: 9 }), []);
      await store.swap(`${prefix}a`, (await store.read(`${prefix}a`))!.version, null);
      assert.equal((await list(prefix, { limit: 100 })).length, inside.length - 1);
    },
  },
];
