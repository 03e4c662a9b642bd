import type { LedgerClaim, LedgerEntry } from "./ledger.ts";

/** A Uint8Array over memory that is not shared, by a name that TypeScript 5.5 knows, too. */
export type Octets = ReturnType<typeof Uint8Array.from>;

/** The value of a key, and its version. */
export interface Versioned<T> {
  value: T;
  /**
   * Identifies exactly this version. It is never used again, not even after the key was deleted and created
   * again. It has no order.
   */
  version: string;
  /** Milliseconds since 1970. For information: correctness never depends on it. */
  lastModified?: number | undefined;
  /** The `writeId` of the write that made this version, as given to {@link VersionedStore.swap}. */
  writeId?: string | undefined;
  /** The octets that the value was sent as, if they were given to {@link VersionedStore.swap}. */
  octets?: Octets | undefined;
}

/** A version without its value. */
export type VersionInfo = Omit<Versioned<never>, "value" | "octets">;

/** One key of a {@link VersionedStore.list}. `value` is absent when values were not asked for. */
export interface Member<T> extends VersionInfo {
  key: string;
  value?: T | undefined;
  /**
   * True when the key exists but its value cannot be decoded. `version` is `""` if that is lost, too. A write
   * replaces such a value like any other.
   */
  unreadable?: true | undefined;
}

/**
 * The result of a swap. When it succeeded: the new state (`null` after a delete). When it was lost, nothing
 * was written; the state that it found comes with it where the store can do so without another round trip.
 */
export type Swap<T> =
  | { swapped: true; current: Versioned<T> | null }
  | { swapped: false; current?: Versioned<T> | VersionInfo | null };

/** The options of every method of a store. */
export interface StoreOptions {
  /** Ends the call with its reason. Nothing is written then, or the outcome is unknown. */
  signal?: AbortSignal | undefined;
}

/** The options of `swap`: what is kept beside the value, and whether the write has a key. */
export interface SwapOptions extends StoreOptions {
  /** Kept with the new version, so that the same write is recognised when it is sent again. */
  writeId?: string | undefined;
  /**
   * The octets that `next` was parsed from. They are kept with the new version. A swap without octets drops
   * the old ones.
   */
  octets?: Uint8Array | undefined;
  /** `true`: a lost swap need not return the value that it found. */
  skipValue?: boolean | undefined;
  /**
   * Written to the {@link VersionedStore.ledger} in the same transaction. Give it only to a store that has a
   * ledger.
   */
  claim?: LedgerClaim | undefined;
}

/** The options of `list`: which keys of a collection it returns. */
export interface ListOptions extends StoreOptions {
  /** The largest number of members. */
  limit: number;
  /** Only keys that sort after this one. */
  after?: string | undefined;
  /** `false`: returns keys and versions without values. */
  values?: boolean | undefined;
}

/** The options of {@link Ledger.find}. */
export interface LedgerOptions extends StoreOptions {
  /** `false`: the value need not be read, as for `readUnless`. Default: it is read. */
  known?: readonly string[] | "*" | undefined;
}

/**
 * Every keyed write that was applied, remembered in the same transaction as its swap.
 *
 * A swap whose claim has an `id` that the ledger already has is lost: it writes nothing.
 */
export interface Ledger<T> {
  /** How long an entry is kept, in seconds. */
  readonly maxAge: number;

  /** Reads the key's state and the entry under `id` at the same moment. */
  find(
    key: string,
    id: string,
    options?: LedgerOptions,
  ): Promise<{ current: Versioned<T> | VersionInfo | null; entry: LedgerEntry | null }>;
}

/**
 * State in which every value has a version. A write succeeds only on top of the version that its writer read.
 *
 * `read` and `swap` are the whole contract; a store of your own needs only these two. The optional methods
 * save work.
 *
 * @see RFC 9110 §13.1.1
 */
export interface VersionedStore<T> {
  /**
   * The newest state of the key, never an older one from a replica. `null`: the key has no value.
   *
   * @throws {StoreBusyError} when the store cannot be read now
   * @throws {UnreadableValueError} when the value cannot be decoded
   */
  read(key: string, options?: StoreOptions): Promise<Versioned<T> | null>;

  /**
   * Replaces exactly the version `expected`, in one indivisible step; linearizable. `expected` null: the key
   * must have no value. `next` null: delete.
   *
   * `swapped: false` and the errors below mean that nothing was written. Any other error means that the
   * outcome is unknown: the write may have happened, or may still happen.
   *
   * @throws {StoreBusyError} when the store cannot write now
   * @throws {StoreFullError} when it has no room for the value
   * @throws {ValueTooLargeError} when it can never hold this value
   */
  swap(key: string, expected: string | null, next: T | null, options?: SwapOptions): Promise<Swap<T>>;

  /** Like `read`, but does not load the value when its version is one of `known` (`"*"`: any version). */
  readUnless?(
    key: string,
    known: readonly string[] | "*",
    options?: StoreOptions,
  ): Promise<Versioned<T> | VersionInfo | null>;

  /** The keys that begin with `prefix`, in the order of their code points. */
  list?(prefix: string, options: ListOptions): Promise<Member<T>[]>;

  /**
   * The memory of keyed writes. Without it, a repeated write is recognised only while its version is current.
   */
  ledger?: Ledger<T>;
}

/** True when the value was loaded with its version. */
export function hasValue<T>(state: Versioned<T> | VersionInfo): state is Versioned<T> {
  return "value" in state;
}
