import { checkOptions } from "@entity-tag/core/adapter";
import { numberAbove } from "./checks.ts";
import type { ResponseStore, StoredResponse } from "./response-store.ts";

export interface MemoryStoreOptions {
  /** The largest number of answers. Default: 10,000. */
  maxEntries?: number | undefined;
  /** The largest size of all answers together, in octets; a head counts as 2.5 kB. Default: 64 MiB. */
  maxBytes?: number | undefined;
}

type Variants = Map<string, StoredResponse>;

/**
 * The octets that the head of an answer counts for: about its size in memory, as the suite `client` of the benchmarks
 * measures.
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
    {
      maxEntries: numberAbove(0, "a number above 0"),
      maxBytes: numberAbove(0, "a number above 0"),
    },
    "memoryStore()",
  );
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 } = options;

  // A Map keeps the order of insertion, and every use inserts again: the first is the least recently used.
  const groups = new Map<string, Variants>();
  const groupsOf = new Map<string, Set<string>>();
  let entries = 0;
  let octets = 0;

  function put(stored: StoredResponse): void {
    drop(stored.url, stored.group, stored.variant);
    const place = placeOf(stored.url, stored.group);
    const variants: Variants = groups.get(place) ?? new Map();
    groups.delete(place);
    groups.set(place, variants.set(stored.variant, stored));
    groupsOf.set(stored.url, (groupsOf.get(stored.url) ?? new Set()).add(stored.group));
    count(stored, 1);
  }

  function drop(url: string, group: string, variant?: string): void {
    const place = placeOf(url, group);
    const variants = groups.get(place);
    for (const name of variant === undefined ? [...(variants?.keys() ?? [])] : [variant]) {
      const stored = variants?.get(name);
      if (stored && variants?.delete(name)) count(stored, -1);
    }
    if (variants?.size !== 0) return;
    groups.delete(place);
    groupsOf.get(url)?.delete(group);
    if (groupsOf.get(url)?.size === 0) groupsOf.delete(url);
  }

  function dropOldest(): void {
    const [variants] = groups.values();
    const [oldest] = variants?.values() ?? [];
    if (oldest) drop(oldest.url, oldest.group, oldest.variant);
  }

  function count({ body }: StoredResponse, times: 1 | -1): void {
    entries += times;
    octets += times * (body.length + HEAD);
  }

  return {
    persists: false,

    async read(url, group) {
      const place = placeOf(url, group);
      const variants = groups.get(place);
      if (!variants) return [];
      groups.delete(place);
      groups.set(place, variants);
      return [...variants.values()];
    },

    async write(response) {
      put(response);
      while (entries > maxEntries || octets > maxBytes) dropOldest();
    },

    async freshen(head) {
      const stored = groups.get(placeOf(head.url, head.group))?.get(head.variant);
      if (stored?.id === head.id) put({ ...head, body: stored.body });
    },

    async remove(url, group, variant) {
      if (group !== undefined) return drop(url, group, variant);
      for (const name of [...(groupsOf.get(url) ?? [])]) drop(url, name);
    },
  };
}

function placeOf(url: string, group: string): string {
  return `${url}\n${group}`;
}
