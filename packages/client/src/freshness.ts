import type { StoredHead } from "./response-store.ts";

/** An answer that may be kept: a status and its fields. */
export interface Answer {
  status: number;
  headers: Headers;
}

/**
 * Decides which answers may be used without asking. `rfc9111` from `@entity-tag/client/rfc9111` makes one.
 *
 * @example
 * const never: Freshness = { mayKeep: () => false, ageIfFresh: () => undefined };
 * never.ageIfFresh(new Headers(), {} as StoredHead); // undefined
 * @see RFC 9111 §4.2
 */
export interface Freshness {
  /** Whether to keep an answer, even if it has no validator. `asked` has the request's fields. */
  mayKeep(asked: Headers, answer: Answer): boolean;
  /** The age in seconds of an answer that may be used now without asking, otherwise `undefined`. */
  ageIfFresh(asked: Headers, stored: StoredHead): number | undefined;
}
