import { conditionalFetch, type Fetch, isNotModified, memoryStore, read, update } from "@entity-tag/client";
import { cacheStorageStore } from "@entity-tag/client/cache-storage";
import { redisStore } from "@entity-tag/client/redis";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { storeContract } from "@entity-tag/client/store-contract";

/** It has the type of `fetch`, and takes one. */
export const remembering: typeof fetch = conditionalFetch({ fetch, store: memoryStore(), fresh: rfc9111() });
export const again: Fetch = conditionalFetch({
  fetch: remembering,
  partition: (request) => request.headers.get("X-User"),
  onEvent: ({ text }) => console.log(text),
});
export { cacheStorageStore, isNotModified, read, redisStore, sqliteStore, storeContract, update };
