// A contract test that cannot fail proves nothing. So each meets a store that breaks its sentence.
import {
  InvalidValueError,
  StoreBusyError,
  StoreFullError,
  UnreadableValueError,
  type VersionedStore,
} from "@entity-tag/store";
import { contractCases, type StoreUnderTest } from "@entity-tag/store/contract-tests";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test } from "vitest";

type Store = Required<VersionedStore<unknown>>;

/** A store in memory, changed by `change`. `isFailing` is true while a fault lasts. */
function underTest(change: (store: Store, state: { isFailing: boolean }) => Partial<Store>): StoreUnderTest {
  const state = { isFailing: false };
  const store = memoryStore<unknown>();
  const changed = { ...store, ...change(store, state) } as never;
  const fail = async () => {
    state.isFailing = true;
    return async () => {
      state.isFailing = false;
    };
  };
  return { open: async () => changed, down: fail, readOnly: fail, locked: fail, full: fail };
}

/** Throws instead of writing, while the fault lasts. */
const refusing = (error: () => Error) =>
  underTest((store, state) => ({
    swap: async (...args) => {
      if (state.isFailing) throw error();
      return store.swap(...args);
    },
  }));

function run(title: string, store: StoreUnderTest) {
  return contractCases.find(({ name }) => name.startsWith(title))!.run(store);
}

const ofFaults = ["down", "read-only", "locked", "full"].map((what) => `a database that is ${what}`);

test.each(ofFaults)("%s passes for a store that says so, and fails for one that does not", async (title) => {
  const honest = refusing(() => (title.includes("full") ? new StoreFullError() : new StoreBusyError()));
  await run(title, honest);
  await expect(
    run(
      title,
      refusing(() => new Error("no")),
    ),
  ).rejects.toThrow();
  await expect(
    run(
      title,
      refusing(() => new InvalidValueError()),
    ),
  ).rejects.toThrow();
  await expect(
    run(
      title,
      underTest(() => ({})),
    ),
  ).rejects.toThrow();
  const writing = underTest((store, state) => ({
    swap: async (...args) => {
      const swap = await store.swap(...args);
      if (state.isFailing) throw title.includes("full") ? new StoreFullError() : new StoreBusyError();
      return swap;
    },
  }));
  await expect(run(title, writing)).rejects.toThrow();
});

/** A store with one value that cannot be read. */
function corrupted(read: (store: Store, key: string) => ReturnType<Store["read"]>): StoreUnderTest {
  const lost = new Set<string>();
  const under = underTest((store) => ({
    read: (key) => (lost.has(key) ? read(store, key) : store.read(key)),
    list: async (...args) =>
      (await store.list(...args)).map((member) => {
        const { value: _, ...rest } = member;
        return lost.has(member.key) ? { ...rest, unreadable: true } : member;
      }),
    swap: async (key, ...args) => {
      const swap = await store.swap(key, ...args);
      if (swap.swapped) lost.delete(key);
      return swap;
    },
    readUnless: undefined as never,
    ledger: undefined as never,
  }));
  return { ...under, corrupt: async (key) => void lost.add(key) };
}

test("a value that cannot be decoded must be named with its version", async () => {
  const title = "a value that cannot be decoded";
  const honest = async (store: Store, key: string) => {
    const { version } = (await store.read(key))!;
    throw new UnreadableValueError("no", { version });
  };
  await run(title, corrupted(honest));
  await expect(
    run(
      title,
      corrupted(async () => null),
    ),
  ).rejects.toThrow();
  const nameless = async () => {
    throw new UnreadableValueError("no", { version: "" });
  };
  await expect(run(title, corrupted(nameless))).rejects.toThrow();
  await expect(
    run(
      title,
      corrupted((store, key) => store.read(key)),
    ),
  ).rejects.toThrow();
});

test("a store that changes the octets, or the value, fails the sentences about answers", async () => {
  const upper = new TextEncoder().encode("[1]");
  const lying = underTest((store) => ({
    swap: (key, expected, next, options) =>
      store.swap(key, expected, next, options?.octets ? { ...options, octets: upper } : options),
  }));
  await expect(run("the answer to a PUT has no tag", lying)).rejects.toThrow();
  const rounding = underTest((store) => ({
    swap: (key, expected, next, { octets: _, ...options } = {}) =>
      store.swap(key, expected, typeof next === "string" ? next.replaceAll("\0", "") : next, options),
  }));
  await expect(run("a text that few databases can hold", rounding)).rejects.toThrow();
});
