import type { Content, Fields } from "../fetch.ts";
import type { Dialect } from "./dialect.ts";

/**
 * A value, where it was read, and the tag that it had: enough to write it back without losing anybody's change.
 *
 * It is a plain object, so that it can be kept in a form, in a store or in another process. `etag` is written as it is
 * sent, with its quotes. Without an `etag`, the value can be shown but not be written.
 */
export interface Snapshot<T> {
  url: string;
  value: T;
  etag?: string;
}

/** A snapshot of what is there now, and how it came to be there. */
export interface Updated<T> extends Snapshot<T> {
  /** `unchanged`: the recipe had nothing to write. */
  status: "updated" | "unchanged" | "created";
  /** The answer to the write; without a write, the answer to the last read, or an empty 304 where nothing was sent. */
  response: Response;
  /** How many writes were sent, those included that were refused or lost. */
  attempts: number;
}

/** What a recipe is told beside the current value. */
export interface RecipeContext<T> {
  /** The number of the write that this run is for, from 1 on. */
  attempt: number;
  /** What the run before was given. `undefined` in the first run. */
  base: T | undefined;
  /** What the run before wanted to write. It was refused. `undefined` in the first run. */
  mine: T | undefined;
  /** The tag of the current value. */
  etag: string;
  /** Aborted when the caller gives up. */
  signal: AbortSignal;
}

/**
 * Whether a write whose answer was lost is part of what is there now: `true`, `false`, or `undefined` if that cannot
 * be told.
 */
export type WasApplied<T> = (latest: T, sent: T) => boolean | undefined | Promise<boolean | undefined>;

/** Makes the new value of the current one. `undefined`: nothing is to be written. */
export interface Recipe<T> {
  (current: T, context: RecipeContext<T>): T | undefined | Promise<T | undefined>;
  /** How the values that this recipe makes are recognised, as {@link stamped} does it. */
  wasApplied?: WasApplied<T>;
}

/** What an `encode` is told beside the value. */
export interface EncodeContext<T> {
  method: string;
  /** What the recipe was given; `undefined` for what is created. */
  current: T | undefined;
}

/** The options of `read`, `update`, `create` and `remove`. Each has a default. */
export interface UpdateOptions<T = unknown> {
  /** Sends the requests. Default: the global `fetch`. A `conditionalFetch` is asked past its store after a 412. */
  fetch?: ((...args: Parameters<typeof fetch>) => ReturnType<typeof fetch>) & {
    forget?: (input: string) => Promise<void>;
  };
  /** Where the server puts its tags, and what its statuses say. Default: `http`. */
  dialect?: Dialect;
  /** How a new value is written. Default: `PUT`, the whole value. `PATCH`: a merge patch of what was changed. */
  method?: "PUT" | "PATCH";
  /** The content of a value. Default: JSON; a Blob, an ArrayBuffer or a view of one is sent as it is. */
  encode?: (value: T, context: EncodeContext<T>) => Content | Promise<Content>;
  /** The value of a content. Default: JSON. */
  decode?: (response: Response) => T | Promise<T>;
  /** Sent with every request. A function is asked before each one, so that a token can be refreshed. */
  headers?: Fields | (() => Fields | Promise<Fields>);
  /** How many writes are sent at most, whatever became of each. Default: 8. */
  maxAttempts?: number;
  /** How long to wait, in milliseconds, after so many failures (from 1 on). Default: full jitter, up to a second. */
  backoff?: (failures: number) => number;
  /** How long one request may take, with its content, in milliseconds. Default: 60,000. */
  timeout?: number;
  /** Ends everything, with its reason. */
  signal?: AbortSignal;
  /** Recognises a write whose answer was lost. */
  wasApplied?: WasApplied<T>;
  /** Sends an `Idempotency-Key` with every write: one of ours, or one that you make. */
  idempotencyKey?: true | (() => string);
}
