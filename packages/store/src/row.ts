import type { Codec, Stored } from "./codec.ts";
import type { Unread, Versioned } from "./versioned-store.ts";

/** A row as the SQL drivers select it. `value` is absent where it was not asked for, null where it was left out. */
export interface Row {
  key?: string;
  value?: Stored | null;
  version: string;
  /** Milliseconds. One lower-case word: postgres.js may be told to rename the others. */
  modified: number | bigint;
  mark: string | null;
}

export function fromRow<T>(row: Row, codec: Codec<T>): Versioned<T> | Unread {
  const state: Unread = { version: row.version, lastModified: Math.round(Number(row.modified)) };
  if (row.mark !== null) state.mark = row.mark;
  // An empty value is a value: only null means that it was left where it is.
  return row.value === null || row.value === undefined ? state : { ...state, value: codec.decode(row.value) };
}

/** What now stands there after a swap that was won. */
export function written<T>(
  value: T,
  version: string,
  lastModified: number | bigint,
  mark: string | null,
): Versioned<T> {
  const state: Versioned<T> = { value, version, lastModified: Math.round(Number(lastModified)) };
  if (mark !== null) state.mark = mark;
  return state;
}
