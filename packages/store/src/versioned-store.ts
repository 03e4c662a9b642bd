/** What stands under a key, and which version of it. */
export interface Versioned<T> {
  value: T;
  /** Names this version and no other, ever: not even after the key was deleted and made again. Sorts nothing. */
  version: string;
  /** Milliseconds since 1970. Belongs to the version; nothing that must be right depends on it. */
  lastModified?: number;
  /** The write that made this version, as {@link VersionedStore.swap} was told. */
  mark?: string;
}

/** A version whose value was not read. */
export type Unread = Omit<Versioned<never>, "value">;

/** One key of a {@link VersionedStore.list}. `value` is absent when values were not asked for. */
export interface Member<T> extends Unread {
  key: string;
  value?: T;
}

/** What came of a swap: the new state (`null` after a delete), or nothing at all was done. */
export type Swap<T> = { swapped: true; current: Versioned<T> | null } | { swapped: false };

export interface StoreOptions {
  signal?: AbortSignal | undefined;
}

export interface SwapOptions extends StoreOptions {
  /** Kept with the new version, so that the same write is recognised when it is sent again. */
  mark?: string | undefined;
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
  /** The newest state of the key, never a replica's older one. `null`: nothing is there. */
  read(key: string, options?: StoreOptions): Promise<Versioned<T> | null>;

  /**
   * Replaces exactly the version `expected`, in one indivisible step; linearizable.
   * `expected` null: nothing may be there yet. `next` null: delete.
   *
   * `swapped: false` means that nothing was written. A throw means that the outcome is unknown: the write may have
   * happened, or may still happen.
   */
  swap(key: string, expected: string | null, next: T | null, options?: SwapOptions): Promise<Swap<T>>;

  /** As `read`, but the value stays where it is when its version is one of `known` (`"*"`: whatever it is). */
  readUnless?(
    key: string,
    known: readonly string[] | "*",
    options?: StoreOptions,
  ): Promise<Versioned<T> | Unread | null>;

  /** The keys that begin with `prefix`, in the order of their code points. */
  list?(prefix: string, options: ListOptions): Promise<Member<T>[]>;
}

/** True when the value came along with its version. */
export function hasValue<T>(state: Versioned<T> | Unread): state is Versioned<T> {
  return "value" in state;
}

/**
 * A read that the store could not do now, and that may be tried again: a locked database, a transaction rolled back.
 * `mutate` and `resource` answer it with 503 and `Retry-After`.
 */
export class StoreBusyError extends Error {
  override name = "StoreBusyError";
}

/** A value that this kind of store can never hold. Nothing was written. `resource` answers it with 413. */
export class ValueTooLargeError extends TypeError {
  override name = "ValueTooLargeError";
}
