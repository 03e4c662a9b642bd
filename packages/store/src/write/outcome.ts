import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";

/** The result of a write. Only `created`, `updated` and `deleted` mean that something was written. */
export type Outcome<T> =
  | { kind: "created" | "updated"; current: Versioned<T> }
  | { kind: "deleted" }
  /** The same request was applied before. `version` null: it deleted. `current` may be a later version. */
  | { kind: "repeated"; first: FirstOutcome; current: Versioned<T> | VersionInfo | null }
  /** A condition does not hold. */
  | { kind: "refused"; refusal: Response; current: Versioned<T> | VersionInfo | null }
  /** `change` returned a `Response`. */
  | { kind: "declined"; response: Response }
  /** The resource is absent, so it cannot be changed. */
  | { kind: "absent" }
  /** The `Idempotency-Key` came with a different request before. */
  | { kind: "key-reused" }
  /** The current value cannot be decoded, and the write depends on it. */
  | { kind: "unreadable" }
  /** Other writers were faster each time, or the store cannot write now. */
  | { kind: "busy" }
  /** The store has no room. */
  | { kind: "full" }
  /** A constraint of the database refuses the value, or the database cannot hold it. */
  | { kind: "constraint" | "invalid"; reason: string }
  /** This kind of store can never hold the value. */
  | { kind: "too-large"; reason: string };

/** The facts about a write that identify a repeat of it. */
export interface FirstOutcome {
  /** The key that it wrote, where a ledger knows it. */
  key?: string;
  version: string | null;
  /** When that version was made, if the store keeps times. */
  lastModified?: number | undefined;
  created: boolean;
  /** The `Location` of the created resource, as the answer gave it. */
  location: string | null;
  /** True when the store had no room for the octets that were sent. */
  lacksOctets?: true | undefined;
}
