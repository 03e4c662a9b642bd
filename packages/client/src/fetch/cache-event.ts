/** Why a request went to the server: RFC 9211 §2.2. */
export type Forwarded = "bypass" | "method" | "uri-miss" | "vary-miss" | "request" | "stale";

/**
 * The events of one request, in the terms of `Cache-Status`.
 *
 * @see RFC 9211 §2
 */
export interface CacheEvent {
  url: string;
  method: string;
  /** The answer was used without asking. */
  hit: boolean;
  /** Why the server was asked. */
  fwd?: Forwarded;
  /** The status that the server sent; 304 when the kept answer was used. */
  fwdStatus?: number;
  /** The answer is being kept. */
  stored?: boolean;
  /** The answer is shared with an identical request that was already under way. */
  collapsed?: boolean;
  /** The reason in words: why the store was not used, or how it failed. */
  detail?: string;
  /** The whole event as a value of `Cache-Status`: `fwd=stale; fwd-status=304`. */
  text: string;
}

export type Happened = Omit<CacheEvent, "url" | "method" | "hit" | "text">;
