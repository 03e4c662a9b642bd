import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { shownGiven } from "./contract/given.ts";
import { type LedgerLimits, limitsOf } from "./contract/ledger.ts";
import { checkedElsewhere, STORE_RULES } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import type { IoRedis } from "./drivers/ioredis.ts";
import type { NodeRedis } from "./drivers/node-redis.ts";
import { sendOf } from "./drivers/redis-client.ts";
import { redisDriver } from "./drivers/redis-driver.ts";
import { storeOver } from "./drivers/store-over.ts";

export type { IoRedis, NodeRedis };

/** The options of {@link redisStore}. */
export interface RedisOptions<T> extends CodecOptions<T> {
  /** The prefix of this store's keys in Redis. Default `entity-tag`. */
  prefix?: string | undefined;
  ledger?: LedgerLimits | undefined;
}

/**
 * A store in Redis. Any number of processes may share it.
 *
 * A key's state is a hash, `{entity-tag}:value:<key>`; a sorted set, `{entity-tag}:keys`, has all keys. The
 * client must lead to the primary. Acknowledged writes are as safe as the persistence and failover of that
 * Redis.
 *
 * @throws {TypeError} unless the client is one of `redis` or `ioredis`, on an empty prefix or one with a
 *   brace, or when only one of `encode` and `decode` is given
 * @example
 * const store = redisStore<{ content: string }>(await createClient({ url }).connect());
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function redisStore<T>(
  client: NodeRedis | IoRedis,
  options: RedisOptions<T> = {},
): Required<VersionedStore<T>> {
  checkOptions(options, { ...STORE_RULES, prefix: checkedElsewhere }, "redisStore()");
  const codec = codecOf(options);
  const prefix = checkPrefix(options.prefix ?? "entity-tag");
  const driver = redisDriver(sendOf(client), prefix, codec.kind === "text", limitsOf(options.ledger));
  return storeOver(driver, codec);
}

function checkPrefix(prefix: string): string {
  if (typeof prefix === "string" && prefix !== "" && !prefix.includes("{") && !prefix.includes("}"))
    return prefix;
  throw new TypeError(
    `Cannot use ${shownGiven(prefix)} as a prefix. Use any text without braces: "app:pages"`,
  );
}
