import type { VersionInfo } from "./versioned-store.ts";

/**
 * The store cannot do this now: it is locked, read-only or not connected. Nothing was written, and that is certain.
 * `mutate` and `resource` answer with 503 and `Retry-After`.
 */
export class StoreBusyError extends Error {
  override name = "StoreBusyError";
}

/**
 * The ledger has as many entries as it may have. It refuses new keyed writes only, so other writers of the same key
 * need not give up. The mark is a property, because a program may load two copies of this package.
 */
export function ledgerFull(maxEntries: number): StoreBusyError {
  return Object.assign(new StoreBusyError(`The ledger has ${maxEntries} entries`), { isLedgerFull: true });
}

/**
 * The store has no room for this. Nothing was written, and that is certain. `mutate` and `resource` answer with 507
 * and `Retry-After`.
 */
export class StoreFullError extends Error {
  override name = "StoreFullError";
}

/** A value that this kind of store can never hold. Nothing was written. `resource` answers it with 413. */
export class ValueTooLargeError extends TypeError {
  override name = "ValueTooLargeError";
}

/**
 * A constraint of the database refused the value, and nothing was written. `mutate` and `resource` answer
 * with 409 and a problem type of its own: it tells a client that another try on a newer version will not
 * help.
 */
export class ConstraintError extends Error {
  override name = "ConstraintError";
}

/**
 * The database cannot hold the value: its encoding lacks some of the characters. `mutate` and `resource`
 * answer with 422.
 */
export class InvalidValueError extends Error {
  override name = "InvalidValueError";
}

/** The key exists, but its value cannot be decoded. A write on top of `current.version` repairs it. */
export class UnreadableValueError extends Error {
  override name = "UnreadableValueError";
  readonly current: VersionInfo;

  constructor(message: string, current: VersionInfo, options?: ErrorOptions) {
    super(message, options);
    this.current = current;
  }
}

/**
 * A registered symbol, because a program may load two copies of this package: one by `import`, the other by `require`.
 */
const KIND = Symbol.for("@entity-tag/store/error");

/** Makes `instanceof` true also for an error of another copy. For a user's subclass, it works as usual. */
function recognizeInEveryCopy(type: { prototype: Error }, kind: string): void {
  const kindOf = (value: unknown) => (value as { [KIND]?: string } | null | undefined)?.[KIND];
  Object.defineProperty(type.prototype, KIND, { value: kind });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(value: unknown) {
      return this === type
        ? kindOf(value) === kind
        : Function.prototype[Symbol.hasInstance].call(this, value);
    },
  });
}

const errors = {
  StoreBusyError,
  StoreFullError,
  ValueTooLargeError,
  ConstraintError,
  InvalidValueError,
  UnreadableValueError,
};
for (const [name, type] of Object.entries(errors)) recognizeInEveryCopy(type, name);
