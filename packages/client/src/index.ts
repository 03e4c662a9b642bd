export {
  type CacheEvent,
  type ConditionalFetch,
  type ConditionalFetchOptions,
  conditionalFetch,
  isNotModified,
} from "./conditional-fetch.ts";
export { create } from "./create.ts";
export { google, http, odata, oracle, s3 } from "./dialects.ts";
export {
  AlreadyExistsError,
  AmbiguousWriteError,
  ConflictError,
  HttpError,
  MissingValidatorError,
  type ProblemDocument,
  UnusableValidatorError,
} from "./errors.ts";
export type { Fetch } from "./fetch.ts";
export type { Answer, Freshness } from "./freshness.ts";
export { items } from "./items.ts";
export { type MemoryStoreOptions, memoryStore } from "./memory-store.ts";
export { read } from "./read.ts";
export { type Removed, remove } from "./remove.ts";
export type { ResponseStore, StoredHead, StoredResponse } from "./response-store.ts";
export { type StampOptions, stamped } from "./stamped.ts";
export type { Around, Dialect, Place, Says } from "./update/dialect.ts";
export type {
  EncodeContext,
  Recipe,
  RecipeContext,
  Snapshot,
  Updated,
  UpdateOptions,
  WasApplied,
} from "./update/snapshot.ts";
export { update } from "./update.ts";
