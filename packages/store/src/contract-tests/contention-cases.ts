import assert from "node:assert/strict";
import { type Case, fresh, type Json, put } from "./store-under-test.ts";

/** Many callers, and callers that leave. */
export const contentionCases: Case[] = [
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
