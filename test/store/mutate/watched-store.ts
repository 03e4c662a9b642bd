import type { VersionedStore } from "@entity-tag/store";

export interface Watched<T> {
  store: VersionedStore<T>;
  /** The name of each round trip; with a `+` if it returned a value. */
  trips: string[];
}

/** A store that records every round trip. */
export function watched<T>(store: VersionedStore<T>): Watched<T> {
  const trips: string[] = [];
  async function note<R>(name: string, trip: Promise<R>): Promise<R> {
    const result = await trip;
    const results = Array.isArray(result) ? result : [result];
    trips.push(
      results.some((each) => each && typeof each === "object" && "value" in each) ? `${name}+` : name,
    );
    return result;
  }
  const seen: VersionedStore<T> = {
    read: (...args) => note("read", store.read(...args)),
    swap: (...args) => note("swap", store.swap(...args)),
  };
  if (store.readUnless) seen.readUnless = (...args) => note("readUnless", store.readUnless!(...args));
  if (store.list) seen.list = (...args) => note("list", store.list!(...args));
  return { store: seen, trips };
}

/** A store in which another client writes just before each of the first swaps. */
export function contested<T>(store: VersionedStore<T>, rivals: (T | null)[]): VersionedStore<T> {
  const left = [...rivals];
  return {
    ...store,
    async swap(key, ...rest) {
      if (left.length > 0) {
        const found = await store.read(key);
        await store.swap(key, found?.version ?? null, left.shift()!);
      }
      return store.swap(key, ...rest);
    },
  };
}
