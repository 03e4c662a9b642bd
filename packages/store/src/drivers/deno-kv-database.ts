/** The part of `Deno.Kv` that the store uses. */
export interface DenoKv {
  get(key: string[]): Promise<DenoKvMaybeEntry>;
  getMany(keys: string[][]): Promise<DenoKvMaybeEntry[]>;
  atomic(): DenoKvAtomic;
  list(selector: DenoKvRange, options?: { limit?: number; batchSize?: number }): AsyncIterable<DenoKvEntry>;
}

/** An entry of Deno KV, which may not exist. */
export interface DenoKvMaybeEntry {
  value: unknown;
  versionstamp: string | null;
}

/** The part of `Deno.KvListSelector` that the store uses. */
export type DenoKvRange = { start: string[]; end: string[] } | { start: string[]; prefix: string[] };

/** An entry of Deno KV. */
export interface DenoKvEntry {
  key: readonly unknown[];
  value: unknown;
  versionstamp: string;
}

/** The part of `Deno.AtomicOperation` that the store uses. */
export interface DenoKvAtomic {
  check(check: { key: string[]; versionstamp: string | null }): DenoKvAtomic;
  set(key: string[], value: unknown, options?: { expireIn?: number }): DenoKvAtomic;
  delete(key: string[]): DenoKvAtomic;
  commit(): Promise<{ ok: true; versionstamp: string } | { ok: false }>;
}
