import assert from "node:assert/strict";
import type { CodecOptions } from "../contract/codec.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";
import { type Case, fresh, put } from "./store-under-test.ts";

const bytes: CodecOptions<Uint8Array> = { encode: (value) => value, decode: (value) => value };

type Json = Record<string, unknown>;

/**
 * The contract of every driver: sentences, and the code that checks them. Runs under any runtime with
 * `node:assert`.
 */
export const cases: Case[] = [
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
  {
    name: "an aborted signal rejects with its reason, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      const reason = new Error("The client has gone");
      const signal = AbortSignal.abort(reason);
      const isReason = (error: unknown) => error === reason;
      await assert.rejects(async () => store.read(key, { signal }), isReason);
      await assert.rejects(async () => store.swap(key, null, { n: 1 }, { signal }), isReason);
      if (store.list) await assert.rejects(async () => store.list!(key, { limit: 1, signal }), isReason);
      if (store.readUnless)
        await assert.rejects(async () => store.readUnless!(key, "*", { signal }), isReason);
      assert.equal(await store.read(key), null);
      const { signal: live } = new AbortController();
      await put(store, key, null, { n: 1 });
      assert.deepEqual((await store.read(key, { signal: live }))?.value, { n: 1 });
    },
  },
  {
    name: "a client that leaves does not change the answers of others",
    async run({ open }) {
      const store = await open<{ key: string; filler: string }>();
      const [prefix, filler] = [fresh(), "x".repeat(10_000)];
      const keys = Array.from({ length: 20 }, (_, i) => `${prefix}${i}`);
      for (const key of keys) await put(store, key, null, { key, filler });
      const wrong: unknown[] = [];
      const steps = Array.from({ length: 300 }, async (_, i) => {
        const leaver = i % 3 === 0 ? new AbortController() : undefined;
        if (leaver) setTimeout(() => leaver.abort(), i / 5);
        const own = `${keys[i % 20]}${i % 5 === 0 ? `-${i}` : ""}`;
        // A busy store may refuse some of them.
        const answer = await (i % 5 === 0
          ? store.swap(own, null, { key: own, filler }, { signal: leaver?.signal }).then(
              (swap) => swap.swapped && swap.current,
              () => undefined,
            )
          : store.read(own, { signal: leaver?.signal }).catch(() => undefined));
        if (answer !== undefined && (answer === false || answer?.value.key !== own)) wrong.push(answer);
        if (!answer || i % 5 > 0) return;
        // The swap is known to have been made.
        const found = await store.read(own).catch(() => undefined);
        if (found !== undefined && found?.version !== answer.version) wrong.push(found);
      });
      await Promise.all(steps);
      assert.deepEqual(wrong, []);
    },
  },
  {
    name: "of many swaps of one version exactly one succeeds",
    async run({ open }) {
      const [store, key] = [await open<Json>(), fresh()];
      let version: string | null = null;
      for (const round of ["create", "update", "delete"]) {
        const swaps = await Promise.all(
          Array.from({ length: 16 }, (_, i) =>
            store.swap(key, version, round === "delete" ? null : { round, i }),
          ),
        );
        const won = swaps.flatMap((swap, i) => (swap.swapped ? [{ i, current: swap.current }] : []));
        assert.equal(won.length, 1, round);
        const found = await store.read(key);
        assert.deepEqual(found, won[0]!.current);
        if (found) assert.deepEqual(found.value, { round, i: won[0]!.i });
        version = found?.version ?? null;
      }
    },
  },
  {
    name: "many writers read, add one and swap, and no addition is lost",
    async run({ open }) {
      const [store, key] = [await open<{ count: number }>(), fresh()];
      let lost = 0;
      const writer = async () => {
        for (let done = 0; done < 5; ) {
          const found = await store.read(key);
          const swap = await store.swap(key, found?.version ?? null, {
            count: (found?.value.count ?? 0) + 1,
          });
          if (swap.swapped) done++;
          else lost++;
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      assert.equal((await store.read(key))?.value.count, 40);
      assert.ok(lost > 0, "no swap was lost: the writers never competed");
    },
  },
];

async function lost(swap: Promise<{ swapped: boolean }>, message?: string): Promise<void> {
  assert.equal((await swap).swapped, false, message);
}

function swapCase(text: string): string {
  return [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("");
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** As a Buffer of Node: a slice shares memory with the whole. */
class SharedSlices extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
  }
}
