import { checkOptions } from "@entity-tag/core/adapter";
import { numberAbove } from "./checks.ts";
import type { ResponseStore, StoredResponse } from "./response-store.ts";

/** The bounds of a {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** The largest number of answers. Default: 10,000. */
  maxEntries?: number | undefined;
  /** The largest size of all answers together, in octets; a head counts as 2.5 kB. Default: 64 MiB. */
  maxBytes?: number | undefined;
}

/**
 * How many octets the head of an answer counts as: about its size in memory. The suite `client` of the benchmarks
 * measures it.
 */
const HEAD = 2560;

/**
 * Keeps answers in this process's memory. The least recently used answers are removed first.
 *
 * @throws {TypeError} on an unknown option, or a bound that is not a number above 0
 * @example
 * const store = memoryStore({ maxEntries: 100, maxBytes: 10 * 1024 * 1024 });
 * store.persists; // false
 * @see RFC 9111 §3
 */
export function memoryStore(options: MemoryStoreOptions = {}): ResponseStore {
  checkOptions(
    options,
    { maxEntries: numberAbove(0, "a number above 0"), maxBytes: numberAbove(0, "a number above 0") },
    "memoryStore()",
  );
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 } = options;

  // A Set keeps the order of insertion. Every use inserts the answer again, so the first one is the least recently
  // used.
  const all = new Set<StoredResponse>();
  // The answers of each url, and of each url with a group.
  const index = new Map<string, Set<StoredResponse>>();
  let octets = 0;

  const found = (url: string, group?: string) => [...(index.get(placeOf(url, group)) ?? [])];

  function put(stored: StoredResponse): void {
    drop(stored.url, stored.group, stored.variant);
    // In a place of its own, it would remove all others before it is removed itself.
    if (stored.body.length + HEAD > maxBytes) return;
    all.add(stored);
    octets += stored.body.length + HEAD;
    for (const place of placesOf(stored)) index.set(place, (index.get(place) ?? new Set()).add(stored));
  }

  function drop(url: string, group?: string, variant?: string): void {
    for (const stored of found(url, group)) {
      if (variant !== undefined && stored.variant !== variant) continue;
      all.delete(stored);
      octets -= stored.body.length + HEAD;
      for (const place of placesOf(stored)) {
        const others = index.get(place);
        if (others?.delete(stored) && others.size === 0) index.delete(place);
      }
    }
  }

  return {
    persists: false,

    async read(url, group) {
      const variants = found(url, group);
      for (const stored of variants) if (all.delete(stored)) all.add(stored);
      return variants;
    },

    async write(response) {
      put(response);
      for (const { url, group, variant } of all) {
        if (all.size <= maxEntries && octets <= maxBytes) return;
        drop(url, group, variant);
      }
    },

    async freshen(head) {
      const stored = found(head.url, head.group).find(({ id }) => id === head.id);
      if (stored?.variant === head.variant) put({ ...head, body: stored.body });
    },

    async remove(url, group, variant) {
      drop(url, group, variant);
    },
  };
}

function placesOf({ url, group }: StoredResponse): string[] {
  return [url, placeOf(url, group)];
}

/** No url contains a line break. */
function placeOf(url: string, group: string | undefined): string {
  return group === undefined ? url : `${url}\n${group}`;
}
