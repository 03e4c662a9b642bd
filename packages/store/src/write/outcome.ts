import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";

/** What came of a write. Nothing was written but for `created`, `updated` and `deleted`. */
export type Outcome<T> =
  | { kind: "created" | "updated"; current: Versioned<T> }
  | { kind: "deleted" }
  /** The same request was applied before. `version` null: it deleted. `current` may be another version by now. */
  | { kind: "repeated"; first: FirstOutcome; current: Versioned<T> | VersionInfo | null }
  /** A condition does not hold. */
  | { kind: "refused"; refusal: Response; current: Versioned<T> | VersionInfo | null }
  /** `change` has answered by itself. */
  | { kind: "declined"; response: Response }
  /** Nothing is here to be changed. */
  | { kind: "absent" }
  /** The `Idempotency-Key` came with another request before. */
  | { kind: "key-reused" }
  /** The value that is here cannot be decoded, and the write depends on it. */
  | { kind: "unreadable" }
  /** Other writers were faster every time, or the store cannot write now. */
  | { kind: "busy" }
  /** The store has no room. */
  | { kind: "full" }
  /** A constraint of the database refuses the value, or the database cannot hold it. */
  | { kind: "constraint" | "invalid"; reason: string }
  /** This kind of store can never hold the value. */
  | { kind: "too-large"; reason: string };

/** What a write did that is recognised when it is sent again. */
export interface FirstOutcome {
  version: string | null;
  created: boolean;
  /** Where the answer said that the created resource is. */
  location: string | null;
}
