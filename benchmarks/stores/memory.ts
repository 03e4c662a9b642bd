import { memoryStore } from "@entity-tag/store/memory";
import type { Opened, Page } from "./opened.ts";

/** By hand: a Map of the text and its version. Its entries are those of the store, read without it. */
export async function open(): Promise<Opened> {
  const rows = new Map<string, { text: string; version: string }>();
  const store = memoryStore<Page>();
  return {
    store: {
      ...store,
      async swap(key, expected, next, options) {
        const swap = await store.swap(key, expected, next, options);
        if (swap.swapped && swap.current && expected === null) {
          rows.set(key, { text: JSON.stringify(next), version: swap.current.version });
        }
        return swap;
      },
    },
    byHand: {
      read: async (key) => JSON.parse(rows.get(key)!.text),
      isCurrent: async (key, version) => rows.get(key)!.version === version,
      async write(key, expected, page) {
        if (rows.get(key)!.version !== expected) return undefined;
        const version = crypto.randomUUID();
        rows.set(key, { text: JSON.stringify(page), version });
        return version;
      },
    },
    async close() {},
  };
}
