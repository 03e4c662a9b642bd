import type { ResponseStore } from "../response-store.ts";

/** Urls that were forgotten, so that an older answer that is still under way is not kept. */
export interface Forgotten {
  /** A point in time, for `isSince`: how many urls have been forgotten so far. */
  now(): number;
  add(url: string): void;
  /** True when the url was forgotten after that moment. */
  isSince(url: string, moment: number): boolean;
  /** Urls whose answers the store failed to remove. They are removed before the store is read again. */
  unremoved: Set<string>;
}

const MOST = 1000;
const forgottenOf = new WeakMap<ResponseStore, Forgotten>();

/** All users of a store share what it has forgotten. */
export function forgottenIn(store: ResponseStore): Forgotten {
  const forgotten = forgottenOf.get(store) ?? newForgotten();
  forgottenOf.set(store, forgotten);
  return forgotten;
}

function newForgotten(): Forgotten {
  const moments = new Map<string, number>();
  let moment = 0;
  // The map keeps a limited number of urls. This is the moment when the last dropped url had been forgotten. An unknown
  // url may be a dropped one, so it counts as forgotten at this moment.
  let floor = 0;
  return {
    unremoved: new Set(),
    now: () => moment,
    add(url) {
      moments.delete(url);
      moments.set(url, ++moment);
      const [first] = moments;
      if (moments.size <= MOST || !first) return;
      moments.delete(first[0]);
      floor = first[1];
    },
    isSince: (url, since) => (moments.get(url) ?? floor) > since,
  };
}
