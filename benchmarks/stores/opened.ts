import type { VersionedStore } from "@entity-tag/store";

export interface Page {
  content: string;
}

/** A page as it is stored in the database: 1 kB of JSON. */
export const page: Page = { content: "Two writers can never both win. ".repeat(31).slice(0, 986) };

/** The same three steps, with the statements that one would write by hand. */
export interface ByHand {
  read(key: string): Promise<Page>;
  isCurrent(key: string, version: string): Promise<boolean>;
  /** The new version; `undefined` if the expected version was gone. */
  write(key: string, expected: string, page: Page): Promise<string | undefined>;
}

/** A store with its own empty table for this run. */
export interface Opened {
  store: VersionedStore<Page>;
  byHand: ByHand;
  close(): Promise<void>;
}

/** Not used by other runs at the same time. */
export const tableName = `entity_tag_bench_${process.pid}`;
