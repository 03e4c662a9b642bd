import { type Codec, type CodecOptions, codecOf, type Stored } from "./codec.ts";
import { checkKey, compareKeys } from "./key.ts";
import { newVersion } from "./version.ts";
import type { Member, Unread, Versioned, VersionedStore } from "./versioned-store.ts";

interface Entry extends Unread {
  stored: Stored;
}

/**
 * A store in this process's memory: for tests, and for state that may die with the process.
 *
 * Values are kept encoded, as by every other driver: changing an object that was read changes nothing in the store.
 *
 * @throws {TypeError} when only one of `encode` and `decode` is given
 * @example
 * const store = memoryStore<{ content: string }>();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * await store.swap("home", null, { content: "Again" }); // { swapped: false }
 * @see RFC 9110 §13.1.1
 */
export function memoryStore<T>(options: CodecOptions<T> = {}): Required<VersionedStore<T>> {
  const codec = codecOf(options);
  const entries = new Map<string, Entry>();

  // Nothing below awaits between its look at the map and its write: the event loop makes each step indivisible.
  return {
    async read(key, { signal } = {}) {
      signal?.throwIfAborted();
      checkKey(key);
      const entry = entries.get(key);
      return entry ? withValue(entry, codec) : null;
    },

    async readUnless(key, known, { signal } = {}) {
      signal?.throwIfAborted();
      checkKey(key);
      const entry = entries.get(key);
      if (!entry) return null;
      return known === "*" || known.includes(entry.version) ? withoutValue(entry) : withValue(entry, codec);
    },

    async swap(key, expected, next, { signal, mark } = {}) {
      signal?.throwIfAborted();
      checkKey(key);
      const stored = next === null ? null : codec.encode(next);
      const current = entries.get(key);
      if ((current?.version ?? null) !== expected) return { swapped: false };
      if (next === null || stored === null) {
        entries.delete(key);
        return { swapped: true, current: null };
      }
      const entry: Entry = { stored: copyOf(stored), version: newVersion(), lastModified: later(current) };
      if (mark !== undefined) entry.mark = mark;
      entries.set(key, entry);
      return { swapped: true, current: { ...withoutValue(entry), value: next } };
    },

    async list(prefix, { limit, after, values = true, signal }) {
      signal?.throwIfAborted();
      checkKey(prefix);
      const keys = [...entries.keys()].filter(
        (key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0),
      );
      return keys
        .sort(compareKeys)
        .slice(0, limit)
        .map((key): Member<T> => {
          const entry = entries.get(key)!;
          return { key, ...(values ? withValue(entry, codec) : withoutValue(entry)) };
        });
    },
  };
}

/** Now, but never before the version it replaces: clocks are set back. */
function later(current: Entry | undefined): number {
  return Math.max(Date.now(), current?.lastModified ?? 0);
}

function withoutValue({ stored: _, ...state }: Entry): Unread {
  return state;
}

function withValue<T>(entry: Entry, codec: Codec<T>): Versioned<T> {
  return { ...withoutValue(entry), value: codec.decode(copyOf(entry.stored)) };
}

/** Bytes stay the caller's own, on the way in and on the way out. */
function copyOf(stored: Stored): Stored {
  return typeof stored === "string" ? stored : stored.slice();
}
