import { redisStore } from "@entity-tag/store/redis";
import { createClient } from "redis";
import { type Driver, type Page, tableName } from "./opened.ts";
import { type Commands, missing, openedBy, SET_IF, url } from "./redis-by-hand.ts";

export const driver: Driver = {
  name: "Redis, node-redis",
  missing,
  async open() {
    const client = createClient({ url, socket: { connectTimeout: 2000, reconnectStrategy: false } });
    client.on("error", () => {});
    await client.connect();
    const script = await client.scriptLoad(SET_IF);
    const commands: Commands = {
      setIf: (keys, args) => client.evalSha(script, { keys, arguments: args }),
      hset: (key, fields) => client.hSet(key, fields),
      hmget: (key, ...fields) => client.hmGet(key, fields),
      zadd: (key, value) => client.zAdd(key, { score: 0, value }),
      after: (key, member, count) =>
        client.zRange(key, `(${member}`, "+", { BY: "LEX", LIMIT: { offset: 0, count } }),
      keys: (pattern) => client.keys(pattern),
      del: (keys) => client.del(keys),
    };
    return openedBy(commands, redisStore<Page>(client, { prefix: tableName }), () => client.destroy());
  },
};
