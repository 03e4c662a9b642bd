import { type Codec, type CodecOptions, codecOf, toText } from "./codec.ts";
import { checkKey, compareKeys, endOfPrefix } from "./key.ts";
import { type Argument, type IoRedis, type NodeRedis, type Send, sendOf } from "./redis-client.ts";
import { LIST, READ, SWAP } from "./redis-scripts.ts";
import { fromRow, type Row, written } from "./row.ts";
import { newVersion } from "./version.ts";
import { type Member, StoreBusyError, type Versioned, type VersionedStore } from "./versioned-store.ts";
import { unlessAborted } from "./waiting.ts";

export type { IoRedis, NodeRedis };

export interface RedisOptions<T> extends CodecOptions<T> {
  /** What the names of this store's keys begin with. Default `entity-tag`. */
  prefix?: string | undefined;
}

/** A reply to READ: version, modified, mark, and the value if it was sent. */
type State = [Uint8Array, Uint8Array, Uint8Array | null, Uint8Array?];

/**
 * A store in Redis, which any number of processes may share.
 *
 * A key's state is a hash, `{entity-tag}:value:<key>`; all keys stand in a sorted set, `{entity-tag}:keys`. The client
 * must lead to the primary. What Redis has acknowledged is as safe as its persistence and its failover make it.
 *
 * @throws {TypeError} on anything but a client of `redis` or `ioredis`, on an empty prefix or one with a brace, or when
 * only one of `encode` and `decode` is given
 * @example
 * const store = redisStore<{ content: string }>(await createClient({ url }).connect());
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function redisStore<T>(
  client: NodeRedis | IoRedis,
  options: RedisOptions<T> = {},
): Required<VersionedStore<T>> {
  const codec = codecOf(options);
  const send = sendOf(client);
  const prefix = checkPrefix(options.prefix ?? "entity-tag");
  const index = `{${prefix}}:keys`;
  const hashes = `{${prefix}}:value:`;

  return {
    async read(key, { signal } = {}) {
      checkKey(key);
      const state = await ask<State | null>(send, READ, [hashes + key], ["some"], signal);
      return state && (fromRow(rowOf(state, codec), codec) as Versioned<T>);
    },

    async readUnless(key, known, { signal } = {}) {
      checkKey(key);
      const wanted = known === "*" ? ["all"] : ["some", ...known];
      const state = await ask<State | null>(send, READ, [hashes + key], wanted, signal);
      return state && fromRow(rowOf(state, codec), codec);
    },

    async swap(key, expected, next, { signal, mark = null } = {}) {
      checkKey(key);
      const version = newVersion();
      const args: Argument[] = [key, optional(expected)];
      if (next !== null) args.push(version, optional(mark), codec.encode(next));
      try {
        const modified = await ask<Uint8Array | null>(send, SWAP, [hashes + key, index], args, signal);
        if (modified === null) return { swapped: false };
        return {
          swapped: true,
          current: next === null ? null : written(next, version, Number(toText(modified)), mark),
        };
      } catch (error) {
        // Redis refused to run the script: nothing was written.
        if (error instanceof StoreBusyError) return { swapped: false };
        throw error;
      }
    },

    async list(prefix, { limit, after, values = true, signal }) {
      checkKey(prefix);
      const isLater = after !== undefined && compareKeys(after, prefix) >= 0;
      const end = endOfPrefix(prefix);
      const bounds = [isLater ? `(${after}` : `[${prefix}`, end === null ? "+" : `(${end}`, String(limit)];
      const fields = values ? ["version", "modified", "mark", "value"] : ["version", "modified", "mark"];
      const replies = await ask<(Uint8Array | null)[][]>(
        send,
        LIST,
        [index, hashes],
        [...bounds, ...fields],
        signal,
      );
      return replies.map((reply): Member<T> => {
        const key = toText(reply.at(-1)!);
        return { key, ...fromRow(rowOf(reply.slice(0, -1) as State, codec), codec) };
      });
    },
  };
}

function checkPrefix(prefix: string): string {
  if (typeof prefix === "string" && prefix !== "" && !prefix.includes("{") && !prefix.includes("}"))
    return prefix;
  throw new TypeError(
    `Cannot use ${JSON.stringify(prefix)} as a prefix. Use any text without braces: "app:pages"`,
  );
}

function optional(text: string | null): string {
  return text === null ? "-" : `+${text}`;
}

function rowOf<T>([version, modified, mark, value]: State, codec: Codec<T>): Row {
  return {
    version: toText(version),
    modified: Number(toText(modified)),
    mark: mark && toText(mark),
    value: value === undefined ? null : codec.kind === "text" ? toText(value) : value,
  };
}

const digests = new Map<string, Promise<string>>();

/** Runs a script, by its digest where Redis knows it already. */
async function ask<R>(
  send: Send,
  script: string,
  keys: string[],
  args: Argument[],
  signal: AbortSignal | undefined,
): Promise<R> {
  const rest = [String(keys.length), ...keys, ...args];
  if (!digests.has(script)) digests.set(script, sha1(script));
  const digest = await digests.get(script)!;
  const run = async () => {
    try {
      return await send("EVALSHA", [digest, ...rest], signal);
    } catch (error) {
      if (!beginsWith(error, "NOSCRIPT")) throw error;
      return await send("EVAL", [script, ...rest], signal);
    }
  };
  try {
    return (await unlessAborted(run, signal)) as R;
  } catch (error) {
    if (!["LOADING", "BUSY ", "TRYAGAIN", "MASTERDOWN"].some((code) => beginsWith(error, code))) throw error;
    throw new StoreBusyError("Redis cannot answer now", { cause: error });
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function beginsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}
