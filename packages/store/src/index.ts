export { bytes, type CodecOptions } from "./codec.ts";
export { mergePatch } from "./merge-patch.ts";
export { type MutateOptions, mutate } from "./mutate.ts";
export { type Collection, keyBelow, type Place } from "./place.ts";
export { resource } from "./resource.ts";
export type { ResourceOptions, Verdict } from "./settings.ts";
export type { Represent } from "./success.ts";
export {
  type ListOptions,
  type Member,
  StoreBusyError,
  type StoreOptions,
  type Swap,
  type SwapOptions,
  type Unread,
  ValueTooLargeError,
  type Versioned,
  type VersionedStore,
} from "./versioned-store.ts";
export type { Change } from "./write.ts";
