import { type CodecOptions, codecOf } from "./codec.ts";
import { checkKey, compareKeys, endOfPrefix } from "./key.ts";
import { randomText } from "./version.ts";
import { type Member, type Unread, ValueTooLargeError, type VersionedStore } from "./versioned-store.ts";
import { unlessAborted } from "./waiting.ts";

/** What the store needs of a `Deno.Kv`. */
export interface DenoKv {
  get(key: string[]): Promise<{ value: unknown; versionstamp: string | null }>;
  atomic(): DenoKvAtomic;
  list(selector: DenoKvRange, options?: { limit?: number }): AsyncIterable<DenoKvEntry>;
}

export type DenoKvRange = { start: string[]; end: string[] } | { start: string[]; prefix: string[] };

export interface DenoKvEntry {
  key: readonly unknown[];
  value: unknown;
  versionstamp: string;
}

export interface DenoKvAtomic {
  check(check: { key: string[]; versionstamp: string | null }): DenoKvAtomic;
  set(key: string[], value: unknown): DenoKvAtomic;
  delete(key: string[]): DenoKvAtomic;
  commit(): Promise<{ ok: true; versionstamp: string } | { ok: false }>;
}

export interface DenoKvOptions<T> extends CodecOptions<T> {
  /** What the keys of this store begin with. Default `["entity-tag"]`. */
  prefix?: readonly string[] | undefined;
}

/** What is kept under `[...prefix, "value", key]`. Bytes, because Deno KV writes some texts with two bytes to a character. */
interface Entry {
  value: Uint8Array;
  lastModified: number;
  mark?: string;
}

/** Deno KV refuses 64 KiB; some of it goes to the rest of the entry. */
const MAX_VALUE_BYTES = 64_000;

/**
 * A store in Deno KV, on one machine or on Deno Deploy.
 *
 * A value may be 64,000 bytes long, encoded. Deno KV reads an entry whole: a revalidation reads the value, too.
 *
 * @throws {TypeError} when only one of `encode` and `decode` is given
 * @example
 * const store = denoKvStore<{ content: string }>(await Deno.openKv());
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function denoKvStore<T>(
  kv: DenoKv,
  options: DenoKvOptions<T> = {},
): VersionedStore<T> & Required<Pick<VersionedStore<T>, "list">> {
  const codec = codecOf(options);
  const prefix = options.prefix ?? ["entity-tag"];
  const home = [...prefix, "value"];
  const epochOf = remembered(() => findEpoch(kv, [...prefix, "epoch"]));

  return {
    async read(key, { signal } = {}) {
      checkKey(key);
      const both = () => Promise.all([epochOf(), kv.get([...home, key])]);
      const [epoch, { value, versionstamp }] = await unlessAborted(both, signal);
      if (versionstamp === null) return null;
      const entry = value as Entry;
      return { ...stateOf(entry, versionstamp, epoch), value: codec.decode(entry.value) };
    },

    async swap(key, expected, next, { signal, mark } = {}) {
      checkKey(key);
      const entry = next === null ? null : entryOf(codec.encode(next), mark);
      const epoch = await unlessAborted(epochOf, signal);
      const versionstamp = expected === null ? null : versionstampOf(expected, epoch);
      if (versionstamp === undefined) return { swapped: false };
      const check = kv.atomic().check({ key: [...home, key], versionstamp });
      const change = entry ? check.set([...home, key], entry) : check.delete([...home, key]);
      const result = await unlessAborted(() => change.commit(), signal);
      if (!result.ok) return { swapped: false };
      if (next === null || entry === null) return { swapped: true, current: null };
      return { swapped: true, current: { ...stateOf(entry, result.versionstamp, epoch), value: next } };
    },

    async list(prefix, { limit, after, values = true, signal }) {
      checkKey(prefix);
      // U+0000 is in no key: with it, a key's name comes directly after the key itself.
      const start = after !== undefined && compareKeys(after, prefix) >= 0 ? `${after}\0` : prefix;
      const end = endOfPrefix(prefix);
      const from = [...home, start];
      const range = end === null ? { start: from, prefix: home } : { start: from, end: [...home, end] };
      const epoch = await unlessAborted(epochOf, signal);
      return unlessAborted(async () => {
        const members: Member<T>[] = [];
        for await (const { key, value, versionstamp } of kv.list(range, { limit })) {
          const entry = value as Entry;
          const member: Member<T> = { key: String(key.at(-1)), ...stateOf(entry, versionstamp, epoch) };
          if (values) member.value = codec.decode(entry.value);
          members.push(member);
        }
        return members;
      }, signal);
    },
  };
}

function stateOf(entry: Entry, versionstamp: string, epoch: string): Unread {
  const state: Unread = { version: `${versionstamp}.${epoch}`, lastModified: entry.lastModified };
  if (entry.mark !== undefined) state.mark = entry.mark;
  return state;
}

function entryOf(stored: string | Uint8Array, mark: string | undefined): Entry {
  const value = typeof stored === "string" ? new TextEncoder().encode(stored) : stored;
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw new ValueTooLargeError(
      `Cannot store ${value.byteLength} bytes in Deno KV. Keep a value under ${MAX_VALUE_BYTES + 1} bytes, or use another store`,
    );
  }
  return { value, lastModified: Date.now(), ...(mark !== undefined && { mark }) };
}

/**
 * This database's own name, made once by whoever comes first. A versionstamp is unique in its database, but a database
 * that is made anew counts from the beginning.
 */
async function findEpoch(kv: DenoKv, key: string[]): Promise<string> {
  for (;;) {
    const { value, versionstamp } = await kv.get(key);
    if (versionstamp !== null) return String(value);
    await kv.atomic().check({ key, versionstamp: null }).set(key, randomText(16)).commit();
  }
}

/** Asks once; asks again after a failure. */
function remembered<R>(ask: () => Promise<R>): () => Promise<R> {
  let answer: Promise<R> | undefined;
  return async () => {
    answer ??= ask();
    try {
      return await answer;
    } catch (error) {
      answer = undefined;
      throw error;
    }
  };
}

/** The versionstamp in a version of this database; `undefined`: it is none. */
function versionstampOf(version: string, epoch: string): string | undefined {
  const stamp = version.slice(0, 20);
  if (version !== `${stamp}.${epoch}`) return undefined;
  return [...stamp].every((c) => (c >= "0" && c <= "9") || (c >= "a" && c <= "f")) ? stamp : undefined;
}
