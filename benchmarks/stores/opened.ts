import type { VersionedStore } from "@entity-tag/store";

export interface Page {
  content: string;
}

/** A page as it is stored in the database: 1 kB of JSON. */
export const page: Page = { content: "Two writers can never both win. ".repeat(31).slice(0, 986) };

/** A version, and when it was made, in milliseconds. */
export interface Version {
  version: string;
  modified: number;
}

/** A row as the statements by hand read it. */
export interface TextRow extends Version {
  text: string;
}

/** The statements of a careful programmer, on the same rows. */
export interface Statements {
  /** Returns the version of a new row. */
  create(key: string, text: string): Promise<string>;
  read(key: string): Promise<TextRow>;
  versionOf(key: string): Promise<Version>;
  /** The new version; `undefined` if the expected version was gone. */
  write(key: string, expected: string, text: string): Promise<Version | undefined>;
  /** The rows after a key, in the order of their keys. */
  page(after: string, limit: number): Promise<(TextRow & { key: string })[]>;
}

/** A store with its own empty table for this run. */
export interface Opened {
  store: VersionedStore<Page>;
  statements: Statements;
  /** Creates this many rows for both, with the keys of `memberKey`. */
  fill(count: number, text: string): Promise<void>;
  close(): Promise<void>;
}

/** A function that opens a driver, and the advice if that fails. */
export interface Driver {
  name: string;
  open(): Promise<Opened>;
  /** The database to start, if it does not answer. */
  missing?: string;
}

/** The keys of the large collection, in order. */
export function memberKey(i: number): string {
  return `/many/${String(i).padStart(6, "0")}`;
}

/** A name that no other run uses at the same time. */
export const tableName = `entity_tag_bench_${process.pid}`;

/** Fills a store by swaps, some at once. */
export async function fillBySwaps(
  { store, statements }: Omit<Opened, "fill" | "close">,
  count: number,
  text: string,
): Promise<void> {
  for (let i = 0; i < count; i += 500) {
    const keys = Array.from({ length: Math.min(500, count - i) }, (_, j) => memberKey(i + j));
    await Promise.all(keys.map((key) => statements.create(key, text)));
    await Promise.all(keys.map((key) => store.swap(key, null, JSON.parse(text))));
  }
}
