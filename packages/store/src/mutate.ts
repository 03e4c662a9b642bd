import type { Policy } from "@entity-tag/core";
import { anyFunction, CHECK_RULES, CODINGS, checkOptions, type OptionRules } from "@entity-tag/core/adapter";
import { checkedElsewhere } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import { answerTo, type Represent } from "./write/answer.ts";
import { identityOf, type Scope, withLedgerField } from "./write/idempotency.ts";
import { policyOf } from "./write/policy.ts";
import { type Change, write } from "./write/write.ts";

/** Far more than a writer needs that competes with the other processes alone: see `inTurn`. */
const MAX_SWAPS = 32;

export interface MutateOptions<T> extends Policy {
  /** Codings that something on the way may apply to a tag. Default: gzip, deflate, br and zstd. */
  codings?: readonly string[] | undefined;
  /** How often the write is tried before the answer is 503. Default 32. */
  maxSwaps?: number | undefined;
  /** The request's body, if you have read it: a replay under the same `Idempotency-Key` is recognised by it. */
  body?: string | Uint8Array | undefined;
  /** Whose `Idempotency-Key` it is: under another scope it is another key. Default: a hash of `Authorization`. */
  scope?: Scope | undefined;
  /** Where a created resource is. Default: the request's own path. */
  location?: string | undefined;
  /** Shows the new value in the answer. Without it the answer has no body. */
  represent?: Represent<T> | undefined;
  /** Default: the request's own. */
  signal?: AbortSignal | undefined;
}

/**
 * The answer to a write: judged by its conditions, changed, and stored only on top of the very version it was judged by.
 *
 * 200, 201 or 204 with the new `ETag`; 412 or 428 when the conditions refuse it, before `change` runs. When somebody
 * else writes in between, everything begins again, so `change` may run more than once: it must have no side effects,
 * and read the body before, not in it. What it returns is stored; `null` deletes; a `Response` refuses, and is the
 * answer as it is.
 *
 * Whatever the store throws comes out of here: then nobody knows whether the write happened.
 *
 * @throws {TypeError} when `maxSwaps` is no whole number above 0, or `change` returns `undefined`
 * @example
 * const store = memoryStore<{ count: number }>();
 * const request = new Request("https://example.com/hits", { method: "POST" });
 * const response = await mutate(request, store, "hits", (hits) => ({ count: (hits?.count ?? 0) + 1 }));
 * response.status; // 201
 * @see RFC 9110 §13.2.1
 */
export async function mutate<T>(
  request: Request,
  store: VersionedStore<T>,
  key: string,
  change: Change<T>,
  options: MutateOptions<T> = {},
): Promise<Response> {
  checkOptions(options, MUTATE_RULES, "mutate()");
  const maxSwaps = checkMaxSwaps(options.maxSwaps);
  const response = await mutated(request, store, key, change, { ...options, maxSwaps });
  return withLedgerField(request, store, response);
}

/** What is not a function or a policy is checked where it is used. */
const MUTATE_RULES: OptionRules = {
  ...CHECK_RULES,
  scope: anyFunction(),
  represent: anyFunction(),
  maxSwaps: checkedElsewhere,
  body: {
    accepts: (value: unknown) => typeof value === "string" || value instanceof Uint8Array,
    use: "the request's body, as a string or a Uint8Array",
  },
  location: { accepts: (value: unknown) => typeof value === "string", use: "a path or a URL" },
  signal: checkedElsewhere,
};

async function mutated<T>(
  request: Request,
  store: VersionedStore<T>,
  key: string,
  change: Change<T>,
  {
    ifMatch,
    require,
    malformed,
    now,
    codings = CODINGS,
    represent,
    maxSwaps,
    body,
    scope,
    location,
    signal,
  }: MutateOptions<T> & { maxSwaps: number },
): Promise<Response> {
  // Who names the place of what is created may have made up its key for this request.
  const sameKey = location === undefined ? key : undefined;
  const identity = await identityOf(store, { request, key: sameKey, body, scope, location });
  if (identity instanceof Response) return identity;
  const outcome = await write({
    request,
    store,
    key,
    change,
    policy: policyOf({ ifMatch, require, malformed, now }),
    codings,
    maxSwaps,
    identity,
    signal: signal ?? request.signal,
    skipValue: false,
    replaces: request.method === "DELETE",
    // §13.2.1: a DELETE of nothing is 404 without conditions, so the conditions do not count.
    mustExist: request.method === "DELETE",
  });
  return answerTo(outcome, { request, represent, echo: true, location: location ?? pathOf(request) });
}

/** @throws {TypeError} on anything but a whole number above 0 */
export function checkMaxSwaps(maxSwaps: number = MAX_SWAPS): number {
  if (Number.isInteger(maxSwaps) && maxSwaps > 0) return maxSwaps;
  throw new TypeError(`Cannot try ${String(maxSwaps)} times. Use a whole number above 0 for maxSwaps`);
}

export function pathOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return pathname + search;
}
