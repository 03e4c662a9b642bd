import { redisStore } from "@entity-tag/store/redis";
import { createClient } from "redis";
import { type Opened, type Page, tableName } from "./opened.ts";

const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
export const missing = `Redis: nothing answers at ${url}. Start one (docker run -p 6379:6379 redis), or set REDIS_URL`;

/** The shortest script that compares and sets. */
const SET_IF = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'value', ARGV[3])
return 1`;

export async function open(): Promise<Opened> {
  const client = createClient({ url, socket: { connectTimeout: 2000, reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  const script = await client.scriptLoad(SET_IF);
  const hash = (key: string) => `{${tableName}}:value:${key}`;
  return {
    store: redisStore<Page>(client, { prefix: tableName }),
    byHand: {
      read: async (key) => JSON.parse((await client.hGet(hash(key), "value"))!),
      isCurrent: async (key, expected) => (await client.hGet(hash(key), "version")) === expected,
      async write(key, expected, page) {
        const next = crypto.randomUUID();
        const set = await client.evalSha(script, {
          keys: [hash(key)],
          arguments: [expected, next, JSON.stringify(page)],
        });
        return set === 1 ? next : undefined;
      },
    },
    async close() {
      const keys = await client.keys(`{${tableName}}*`);
      if (keys.length > 0) await client.del(keys);
      client.destroy();
    },
  };
}
