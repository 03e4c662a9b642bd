export {
  type CacheEvent,
  type ConditionalFetch,
  type ConditionalFetchOptions,
  conditionalFetch,
  isNotModified,
} from "./conditional-fetch.ts";
export type { Fetch } from "./fetch.ts";
export type { Answer, Freshness } from "./freshness.ts";
export { type MemoryStoreOptions, memoryStore } from "./memory-store.ts";
export type { ResponseStore, StoredHead, StoredResponse } from "./response-store.ts";
