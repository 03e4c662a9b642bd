import { memoryStore } from "@entity-tag/store/memory";
import { type Driver, fillBySwaps, type Page, type Statements, type TextRow } from "./opened.ts";

/** By hand: a Map of the text and its version. */
export const driver: Driver = {
  name: "memory",
  async open() {
    const rows = new Map<string, TextRow>();
    const store = memoryStore<Page>();
    const statements: Statements = {
      async create(key, text) {
        const version = crypto.randomUUID();
        rows.set(key, { text, version, modified: Date.now() });
        return version;
      },
      read: async (key) => rows.get(key)!,
      versionOf: async (key) => rows.get(key)!,
      async write(key, expected, text) {
        if (rows.get(key)!.version !== expected) return undefined;
        const made = { text, version: crypto.randomUUID(), modified: Date.now() };
        rows.set(key, made);
        return made;
      },
      async page(after, limit) {
        sorted ??= [...rows.keys()].sort();
        const start = sorted.indexOf(after) + 1;
        return sorted.slice(start, start + limit).map((key) => ({ key, ...rows.get(key)! }));
      },
    };
    let sorted: string[] | undefined;
    return {
      ...{ store, statements },
      fill: (count, text) => fillBySwaps({ store, statements }, count, text),
      async close() {},
    };
  },
};
