export { bytes, type Codec, type CodecOptions, codecOf, type Stored } from "./contract/codec.ts";
export {
  ConstraintError,
  InvalidValueError,
  StoreBusyError,
  StoreFullError,
  UnreadableValueError,
  ValueTooLargeError,
} from "./contract/errors.ts";
export { checkKey } from "./contract/key.ts";
export type { LedgerClaim, LedgerEntry, LedgerLimits } from "./contract/ledger.ts";
export type {
  Ledger,
  LedgerOptions,
  ListOptions,
  Member,
  StoreOptions,
  Swap,
  SwapOptions,
  Versioned,
  VersionedStore,
  VersionInfo,
} from "./contract/versioned-store.ts";
export { mergePatch } from "./merge-patch.ts";
export { type MutateOptions, mutate } from "./mutate.ts";
export type { Item, PageInfo, ResourceOptions, Shown, Verdict } from "./resource/settings.ts";
export { type Collection, keyBelow, type Target } from "./resource/target.ts";
export { resource } from "./resource.ts";
export type { Represent } from "./write/answer.ts";
export type { Scope } from "./write/idempotency.ts";
export { PROBLEM_TYPES } from "./write/problem.ts";
export type { Change } from "./write/write.ts";
