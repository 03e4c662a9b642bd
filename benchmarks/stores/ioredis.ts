import { redisStore } from "@entity-tag/store/redis";
import { Redis } from "ioredis";
import { type Driver, type Page, tableName } from "./opened.ts";
import { type Commands, missing, openedBy, SET_IF, url } from "./redis-by-hand.ts";

export const driver: Driver = {
  name: "Redis, ioredis",
  missing,
  async open() {
    const client = new Redis(url, { connectTimeout: 2000, retryStrategy: () => null, lazyConnect: true });
    client.on("error", () => {});
    await client.connect();
    const script = (await client.script("LOAD", SET_IF)) as string;
    const commands: Commands = {
      setIf: (keys, args) => client.evalsha(script, keys.length, ...keys, ...args),
      hset: (key, fields) => client.hset(key, fields),
      hmget: (key, ...fields) => client.hmget(key, ...fields),
      zadd: (key, member) => client.zadd(key, 0, member),
      after: (key, member, count) => client.zrangebylex(key, `(${member}`, "+", "LIMIT", 0, count),
      keys: (pattern) => client.keys(pattern),
      del: (keys) => client.del(keys),
    };
    return openedBy(commands, redisStore<Page>(client, { prefix: tableName }), () => client.quit());
  },
};
