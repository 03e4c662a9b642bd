import type { Ledger, LedgerClaim } from "./ledger.ts";

/** A Uint8Array over memory that is not shared, by a name that TypeScript 5.5 knows, too. */
export type Octets = ReturnType<typeof Uint8Array.from>;

/** What stands under a key, and which version of it. */
export interface Versioned<T> {
  value: T;
  /** Names this version and no other, ever: not even after the key was deleted and made again. Sorts nothing. */
  version: string;
  /** Milliseconds since 1970. Belongs to the version; nothing that must be right depends on it. */
  lastModified?: number;
  /** The write that made this version, as {@link VersionedStore.swap} was told. */
  writeId?: string;
  /** The octets that the value was sent as, if {@link VersionedStore.swap} was given them. */
  octets?: Octets;
}

/** A version without its value. */
export type VersionInfo = Omit<Versioned<never>, "value" | "octets">;

/** One key of a {@link VersionedStore.list}. `value` is absent when values were not asked for. */
export interface Member<T> extends VersionInfo {
  key: string;
  value?: T;
  /**
   * True when the key is there but its value cannot be decoded. `version` is `""` if it is lost, too.
   * A write replaces such a value as any other.
   */
  unreadable?: true;
}

/**
 * What came of a swap: the new state (`null` after a delete), or nothing was written. A lost swap brings the state
 * that it found instead where the store can do so without another round trip.
 */
export type Swap<T> =
  | { swapped: true; current: Versioned<T> | null }
  | { swapped: false; current?: Versioned<T> | VersionInfo | null };

export interface StoreOptions {
  signal?: AbortSignal | undefined;
}

export interface SwapOptions extends StoreOptions {
  /** Kept with the new version, so that the same write is recognised when it is sent again. */
  writeId?: string | undefined;
  /** The octets that `next` was read from. Kept with the new version; a swap without them drops those of the old one. */
  octets?: Uint8Array | undefined;
  /** `true`: the value of the state that a lost swap found is not needed. */
  skipValue?: boolean | undefined;
  /** Written to the {@link VersionedStore.ledger} in the same transaction. Only for a store that has one. */
  claim?: LedgerClaim | undefined;
}

export interface ListOptions extends StoreOptions {
  /** At most so many members. */
  limit: number;
  /** Only keys that come later than this one. */
  after?: string | undefined;
  /** `false`: keys and versions alone. */
  values?: boolean | undefined;
}

/**
 * State in which every value has a version, and a write happens only on top of the version that its writer saw.
 *
 * The first two methods are the whole contract; a store of your own needs no more. The others save work where
 * they exist.
 *
 * @see RFC 9110 §13.1.1
 */
export interface VersionedStore<T> {
  /**
   * The newest state of the key, never a replica's older one. `null`: nothing is there.
   *
   * @throws {StoreBusyError} when the store cannot be read now
   * @throws {UnreadableValueError} when the value cannot be decoded
   */
  read(key: string, options?: StoreOptions): Promise<Versioned<T> | null>;

  /**
   * Replaces exactly the version `expected`, in one indivisible step; linearizable.
   * `expected` null: nothing may be there yet. `next` null: delete.
   *
   * `swapped: false` means that nothing was written, and so do the errors below. Any other throw means that the
   * outcome is unknown: the write may have happened, or may still happen.
   *
   * @throws {StoreBusyError} when the store cannot write now
   * @throws {StoreFullError} when it has no room
   * @throws {ValueTooLargeError} when it can never hold this value
   */
  swap(key: string, expected: string | null, next: T | null, options?: SwapOptions): Promise<Swap<T>>;

  /** As `read`, but the value stays where it is when its version is one of `known` (`"*"`: whatever it is). */
  readUnless?(
    key: string,
    known: readonly string[] | "*",
    options?: StoreOptions,
  ): Promise<Versioned<T> | VersionInfo | null>;

  /** The keys that begin with `prefix`, in the order of their code points. */
  list?(prefix: string, options: ListOptions): Promise<Member<T>[]>;

  /** The memory of keyed writes. A store without one recognises a repeated write only while its version is current. */
  ledger?: Ledger<T>;
}

/** True when the value came along with its version. */
export function hasValue<T>(state: Versioned<T> | VersionInfo): state is Versioned<T> {
  return "value" in state;
}
