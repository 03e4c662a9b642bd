import { checkOptions } from "@entity-tag/core/adapter";
import { numberAbove, shown, someText } from "./checks.ts";
import type { ResponseStore, StoredHead, StoredResponse } from "./response-store.ts";

/** A client of `redis`. */
export interface NodeRedis {
  sendCommand(command: string[]): Promise<unknown>;
}

/** A client of `ioredis`. */
export interface IoRedis {
  call(command: string, ...values: string[]): Promise<unknown>;
}

/** The keys of the store, and how long it keeps an answer. */
export interface RedisStoreOptions {
  /** The prefix of all keys. Default: `entity-tag-responses`. */
  prefix?: string | undefined;
  /** How long an answer stays after its last write, in seconds. Default: 30 days. */
  ttl?: number | undefined;
}

// Redis may evict the list of groups alone, and a removal would then miss them. So a group that is not in the list is
// not used, and starts empty.
const READ = `if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 then return {} end
return redis.call('HGETALL', KEYS[1])`;
const WRITE = `if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'i' .. ARGV[2], ARGV[3], 'h' .. ARGV[2], ARGV[4], 'b' .. ARGV[2], ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[6])`;
const FRESHEN = `if redis.call('HGET', KEYS[1], 'i' .. ARGV[1]) == ARGV[2] then
redis.call('HSET', KEYS[1], 'h' .. ARGV[1], ARGV[3]) end`;
const REMOVE_VARIANT = "redis.call('HDEL', KEYS[1], 'i' .. ARGV[1], 'h' .. ARGV[1], 'b' .. ARGV[1])";
const REMOVE = `for _, group in ipairs(redis.call('SMEMBERS', KEYS[1])) do redis.call('DEL', KEYS[1] .. ':' .. group) end
redis.call('DEL', KEYS[1])`;

/**
 * Keeps answers in Redis, which any number of processes may share. Bodies are kept as base64.
 *
 * Bound its memory in Redis itself: `maxmemory-policy allkeys-lru`.
 *
 * @throws {TypeError} on an unknown option, a value that is not a client of `redis` or `ioredis`, or a `ttl` that is
 * not a number above 0
 * @example
 * const remembering = conditionalFetch({ store: redisStore(await createClient({ url }).connect()) });
 * @see RFC 9111 §3
 */
export function redisStore(client: NodeRedis | IoRedis, options: RedisStoreOptions = {}): ResponseStore {
  checkOptions(
    options,
    { prefix: someText(), ttl: numberAbove(0, "seconds, a number above 0") },
    "redisStore()",
  );
  const { prefix = "entity-tag-responses", ttl = 30 * 24 * 3600 } = options;
  // Redis takes only an integer, and not every one.
  const lifetime = Math.min(Math.ceil(ttl), 2 ** 31);
  const send = sendOf(client);
  // The braces put all keys of one url on one node of a cluster.
  const indexOf = (url: string) => `${prefix}:{${url}}`;
  const keyOf = (url: string, group: string) => `${indexOf(url)}:${group}`;
  const evaluate = (script: string, keys: string[], values: string[]) =>
    send(["EVAL", script, String(keys.length), ...keys, ...values]);

  return {
    persists: true,

    async read(url, group) {
      const reply = (await evaluate(READ, [keyOf(url, group), indexOf(url)], [group])) as unknown[];
      const fields = new Map<string, string>();
      for (let at = 0; at < reply.length; at += 2) fields.set(String(reply[at]), String(reply[at + 1]));
      return (
        [...fields.keys()]
          // A head without its body would be an empty answer.
          .filter((name) => name.startsWith("h") && fields.has(`b${name.slice(1)}`))
          .map((name): StoredResponse => {
            const body = octetsOf(fields.get(`b${name.slice(1)}`)!);
            return { ...JSON.parse(fields.get(name)!), body };
          })
      );
    },

    async write({ body, ...head }) {
      const { url, group, variant, id } = head;
      const values = [group, variant, id, JSON.stringify(head), base64Of(body), String(lifetime)];
      await evaluate(WRITE, [keyOf(url, group), indexOf(url)], values);
    },

    async freshen(head: StoredHead) {
      const { url, group, variant, id } = head;
      await evaluate(FRESHEN, [keyOf(url, group)], [variant, id, JSON.stringify(head)]);
    },

    async remove(url, group, variant) {
      if (group === undefined) await evaluate(REMOVE, [indexOf(url)], []);
      else if (variant === undefined) await send(["DEL", keyOf(url, group)]);
      else await evaluate(REMOVE_VARIANT, [keyOf(url, group)], [variant]);
    },
  };
}

function sendOf(client: NodeRedis | IoRedis): (command: string[]) => Promise<unknown> {
  const { call, sendCommand } = (client ?? {}) as Partial<IoRedis & NodeRedis>;
  // A client of `ioredis` has a `sendCommand` too, with other arguments.
  if (typeof call === "function") return ([name = "", ...values]) => call.call(client, name, ...values);
  if (typeof sendCommand === "function") return (command) => sendCommand.call(client, command);
  throw new TypeError(`redisStore() was given ${shown(client)}: use a client of \`redis\` or \`ioredis\``);
}

function base64Of(octets: Uint8Array): string {
  let text = "";
  // Engines do not accept an argument list of a megabyte.
  for (let at = 0; at < octets.length; at += 8192)
    text += String.fromCharCode(...octets.subarray(at, at + 8192));
  return btoa(text);
}

function octetsOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
