import type { Policy } from "@entity-tag/core";
import { checkKey } from "../contract/key.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";
import { checkMaxSwaps } from "../mutate.ts";
import type { Scope } from "../write/idempotency.ts";
import { type Media, mediaOf } from "./media.ts";
import { keyOfPath, type Target } from "./target.ts";

/** A verdict on a value: `true` or nothing to store it, `false`, a reason or a `Response` to refuse it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing has nothing to say against the value
export type Verdict = boolean | string | Response | undefined | void;

export interface ResourceOptions<T> {
  /** Which key a request is about: one for all, or a function. Default: the path; one ending in a slash is a collection. */
  key?: string | ((request: Request) => Target | Promise<Target>) | undefined;
  /** JSON, `text/…` (the values are strings) or anything else (the values are bytes). Default `application/json`. */
  contentType?: string | undefined;
  policy?: Policy | undefined;
  /** Whether this value may stand in place of `current`. A reason or `false` is answered with 422. No side effects. */
  validate?: ((value: unknown, current: T | null) => Verdict | Promise<Verdict>) | undefined;
  /** The longest body that is read, in bytes. Default 1 MiB. */
  maxBytes?: number | undefined;
  /** How many members a page of a collection has, unless fewer are asked for. Default 100. */
  maxItems?: number | undefined;
  /** As for `mutate`. */
  maxSwaps?: number | undefined;
  /** As for `mutate`. */
  scope?: Scope | undefined;
  /** As for `mutate`. */
  codings?: readonly string[] | undefined;
  /** Default `no-cache`: keep it, and ask every time whether it is still good. */
  cacheControl?: string | undefined;
}

/** The options with nothing left open. */
export interface Settings<T> {
  store: VersionedStore<T>;
  targetOf: (request: Request) => Target | Promise<Target>;
  media: Media<T>;
  policy: Policy | undefined;
  validate: ResourceOptions<T>["validate"];
  maxBytes: number;
  maxItems: number;
  maxSwaps: number;
  scope: Scope | undefined;
  codings: readonly string[];
  cacheControl: string;
}

export function settingsOf<T>(store: VersionedStore<T>, options: ResourceOptions<T>): Settings<T> {
  const { key = keyOfPath, policy, validate, codings = [], cacheControl = "no-cache" } = options;
  if (typeof key === "string") checkKey(key);
  return {
    store,
    policy,
    validate,
    codings,
    cacheControl,
    scope: options.scope,
    targetOf: typeof key === "string" ? () => key : key,
    media: mediaOf(options.contentType ?? "application/json"),
    maxBytes: checkCount("maxBytes", options.maxBytes ?? 1024 * 1024),
    maxItems: checkCount("maxItems", options.maxItems ?? 100),
    maxSwaps: checkMaxSwaps(options.maxSwaps),
  };
}

function checkCount(name: string, count: number): number {
  if (Number.isInteger(count) && count > 0) return count;
  throw new TypeError(`Cannot use ${String(count)} for ${name}. Use a whole number above 0`);
}
