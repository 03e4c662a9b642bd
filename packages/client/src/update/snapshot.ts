import type { Content, Fields } from "../fetch.ts";
import type { Dialect } from "./dialect.ts";

/**
 * A value, its url and its tag: enough to write it back without losing another change.
 *
 * It is a plain object, so that it can be kept in a form, in a store or in another process. `etag` is written as it is
 * sent, with its quotes. Without an `etag`, the value can be shown but not be written.
 */
export interface Snapshot<T> {
  url: string;
  value: T;
  etag?: string | undefined;
}

/** A snapshot of the current value, and the write that made it. */
export interface Updated<T> extends Snapshot<T> {
  /** `unchanged`: the recipe made no change. */
  status: "updated" | "unchanged" | "created";
  /** The answer to the write. Without a write, the answer to the last read; an empty 304 if no request was sent. */
  response: Response;
  /** How many writes were sent, including those that were refused or lost. */
  attempts: number;
}

/** The second argument of a recipe, besides the current value. */
export interface RecipeContext<T> {
  /** The number of the write that this run is for, from 1 on. */
  attempt: number;
  /** The value that the previous run got. `undefined` in the first run. */
  base: T | undefined;
  /** The value that the previous run returned. Its write was refused. `undefined` in the first run. */
  mine: T | undefined;
  /** The tag of the current value. */
  etag: string;
  /** Aborts when the caller gives up. */
  signal: AbortSignal;
}

/**
 * Whether the current value contains a write whose answer was lost: `true`, `false`, or `undefined` if there is no way
 * to tell.
 */
export type WasApplied<T> = (latest: T, sent: T) => boolean | undefined | Promise<boolean | undefined>;

/** Makes the new value from the current one. `undefined`: write nothing. */
export interface Recipe<T> {
  (current: T, context: RecipeContext<T>): T | undefined | Promise<T | undefined>;
  /** Recognises the values that this recipe makes, as {@link stamped} does. */
  wasApplied?: WasApplied<T>;
}

/** The second argument of an `encode`, besides the value. */
export interface EncodeContext<T> {
  method: string;
  /** The value that the recipe got; `undefined` when the resource is created. */
  current: T | undefined;
}

/** The options of `read`, `update`, `create` and `remove`. Each has a default. */
export interface UpdateOptions<T = unknown> {
  /** Sends the requests. Default: the global `fetch`. After a 412, the store of a `conditionalFetch` is not used. */
  fetch?:
    | (((...args: Parameters<typeof fetch>) => ReturnType<typeof fetch>) & {
        /** Makes a kept answer unusable. A `conditionalFetch` has it. */
        forget?: ((input: string) => Promise<void>) | undefined;
      })
    | undefined;
  /** Where the server puts its tags, and what its statuses say. Default: `http`. */
  dialect?: Dialect | undefined;
  /** How a new value is written. Default: `PUT`, the whole value. `PATCH`: a merge patch of what was changed. */
  method?: "PUT" | "PATCH" | undefined;
  /** Makes the content from a value. Default: JSON; a Blob, an ArrayBuffer or a view of one is sent unchanged. */
  encode?: ((value: T, context: EncodeContext<T>) => Content | Promise<Content>) | undefined;
  /** Makes the value from a response. Default: JSON. */
  decode?: ((response: Response) => T | Promise<T>) | undefined;
  /** Sent with every request. A function is called before each request, so that it can refresh a token. */
  headers?: Fields | (() => Fields | Promise<Fields>) | undefined;
  /** The largest number of writes that are sent, including refused and lost ones. Default: 8. */
  maxAttempts?: number | undefined;
  /** How long to wait, in milliseconds, after the given number of failures. Default: full jitter, up to a second. */
  backoff?: ((failures: number) => number) | undefined;
  /** How long one request may take, including its content, in milliseconds. Default: 60,000. */
  timeout?: number | undefined;
  /** Ends the call, with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Recognises a write whose answer was lost. */
  wasApplied?: WasApplied<T> | undefined;
  /** Sends an `Idempotency-Key` with every write: a random one, or one that your function makes. */
  idempotencyKey?: true | (() => string) | undefined;
}
