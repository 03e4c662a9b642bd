import assert from "node:assert/strict";
import { StoreBusyError } from "../contract/errors.ts";
import type { Ledger, VersionedStore } from "../contract/versioned-store.ts";
import { type Case, fresh, put, type StoreUnderTest } from "./store-under-test.ts";

type Json = Record<string, unknown>;
type Ledgered = VersionedStore<Json> & { ledger: Ledger<Json> };

/** The contract of a store that has a ledger. For a store without one they are skipped. */
export const ledgerCases: Case[] = [
  of("a keyed swap is remembered, with the version that it made", async (store) => {
    const key = fresh();
    const claim = { id: fresh(), fingerprint: "f", location: "/there" };
    assert.deepEqual(await store.ledger.find(key, claim.id), { current: null, entry: null });
    const version = await keyed(store, key, null, { n: 1 }, claim);
    const { current, entry } = await store.ledger.find(key, claim.id);
    assert.deepEqual(current, await store.read(key));
    const { lastModified, ...rest } = entry!;
    assert.deepEqual(rest, { fingerprint: "f", key, version, created: true, location: "/there" });
    assert.equal(lastModified, current?.lastModified);
    const known = await store.ledger.find(key, claim.id, { known: "*" });
    assert.equal(known.current?.version, version);
    assert.equal("value" in known.current!, false);
  }),

  of("an entry stays when others write afterwards", async (store) => {
    const [key, id] = [fresh(), fresh()];
    const first = await put(store, key, null, { n: 1 });
    const second = await keyed(store, key, first, { n: 2 }, { id, fingerprint: "f" });
    const time = (await store.read(key))?.lastModified;
    const third = await put(store, key, second, { n: 3 });
    await store.swap(key, third, null);
    const { current, entry } = await store.ledger.find(key, id);
    assert.equal(current, null);
    const { lastModified, ...rest } = entry!;
    assert.deepEqual(rest, { fingerprint: "f", key, version: second, created: false, location: null });
    assert.equal(lastModified, time);
  }),

  of("a keyed delete is remembered", async (store) => {
    const [key, id] = [fresh(), fresh()];
    const version = await put(store, key, null, { n: 1 });
    const claim = { id, fingerprint: "f" };
    assert.deepEqual(await store.swap(key, version, null, { claim }), { swapped: true, current: null });
    const { entry } = await store.ledger.find(key, id);
    assert.deepEqual(entry, { fingerprint: "f", key, version: null, created: false, location: null });
  }),

  of("a swap under a remembered id writes nothing, whichever key of the store it names", async (store) => {
    const [key, other, id] = [fresh(), fresh(), fresh()];
    const version = await keyed(store, key, null, { n: 1 }, { id, fingerprint: "f" });
    for (const fingerprint of ["f", "g"]) {
      const claim = { id, fingerprint };
      assert.equal((await store.swap(key, version, { n: 2 }, { claim })).swapped, false);
      assert.equal((await store.swap(key, version, null, { claim })).swapped, false);
      assert.equal((await store.swap(other, null, { n: 2 }, { claim })).swapped, false);
    }
    assert.equal((await store.read(key))?.version, version);
    assert.equal(await store.read(other), null);
    assert.equal((await store.ledger.find(key, id)).entry?.fingerprint, "f");
  }),

  of("a lost swap is not remembered, and a swap without an id is not either", async (store) => {
    const [key, id] = [fresh(), fresh()];
    const first = await put(store, key, null, { n: 1 });
    await put(store, key, first, { n: 2 });
    for (const expected of [null, first]) {
      const lost = await store.swap(key, expected, { n: 3 }, { claim: { id, fingerprint: "f" } });
      assert.equal(lost.swapped, false);
    }
    assert.equal((await store.ledger.find(key, id)).entry, null);
  }),

  of("of many swaps under one id at the same time exactly one succeeds", async (store) => {
    for (let round = 0; round < 3; round++) {
      const claim = { id: fresh(), fingerprint: "f" };
      const keys = Array.from({ length: 8 }, fresh);
      const swaps = await Promise.all(keys.map((key) => store.swap(key, null, { n: 1 }, { claim })));
      const made = await Promise.all(keys.map((key) => store.read(key)));
      assert.equal(swaps.filter(({ swapped }) => swapped).length, 1);
      assert.deepEqual(
        made.map((state) => state !== null),
        swaps.map(({ swapped }) => swapped),
      );
    }
  }),

  of(
    "an entry expires, and its id is free again",
    async (store) => {
      const [key, claim] = [fresh(), { id: fresh(), fingerprint: "f" }];
      const first = await keyed(store, key, null, { n: 1 }, claim);
      const before = Date.now();
      while ((await store.ledger.find(key, claim.id)).entry) {
        assert.ok(Date.now() - before < 10_000, "it has not expired");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      let made = await store.swap(key, first, { n: 2 }, { claim: { ...claim, fingerprint: "g" } });
      // Deno KV removes an expired entry when the next write meets it.
      if (!made.swapped)
        made = await store.swap(key, first, { n: 2 }, { claim: { ...claim, fingerprint: "g" } });
      assert.equal(made.swapped, true);
      assert.equal((await store.ledger.find(key, claim.id)).entry?.fingerprint, "g");
    },
    { maxAge: 1 },
  ),

  of(
    "a new key is refused when the ledger is full, and nothing is written",
    async (store) => {
      const [key, id] = [fresh(), fresh()];
      await store.swap(fresh(), null, { n: 1 }, { claim: { id: fresh(), fingerprint: "f" } }).catch(() => {});
      const refused = store.swap(key, null, { n: 1 }, { claim: { id, fingerprint: "f" } });
      await assert.rejects(refused, { name: StoreBusyError.name });
      assert.equal(await store.read(key), null);
      assert.equal((await store.ledger.find(key, id)).entry, null);
      await put(store, key, null, { n: 1 });
    },
    { maxEntries: 1 },
  ),
];

function of(
  name: string,
  run: (store: Ledgered, under: StoreUnderTest) => Promise<void>,
  ledger?: { maxAge?: number; maxEntries?: number },
): Case {
  return {
    name,
    async run(under) {
      if (ledger?.maxEntries && under.ledgerHasNoBound) return "skipped";
      const store = await under.open<Json>(ledger && { ledger });
      if (!store.ledger) return "skipped";
      await run(store as Ledgered, under);
    },
  };
}

async function keyed(
  store: VersionedStore<Json>,
  key: string,
  expected: string | null,
  value: Json,
  claim: { id: string; fingerprint: string; location?: string },
): Promise<string> {
  const swap = await store.swap(key, expected, value, { claim });
  assert.ok(swap.swapped && swap.current, `the swap of ${key} was lost`);
  return swap.current.version;
}
