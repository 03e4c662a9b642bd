import type { Policy } from "@entity-tag/core";
import { anyFunction, CHECK_RULES, CODINGS, checkOptions, type OptionRules } from "@entity-tag/core/adapter";
import { StoreBusyError } from "./contract/errors.ts";
import { wrongArgument } from "./contract/given.ts";
import { BYTES_RULE, checkedElsewhere, checkRequest, checkStore, SIGNAL_RULE } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import { answerTo, type Represent } from "./write/answer.ts";
import { identityOf, ledgerFields, type Scope, withLedgerField } from "./write/idempotency.ts";
import { checkMaxSwaps } from "./write/max-swaps.ts";
import { policyOf } from "./write/policy.ts";
import { busy } from "./write/problem.ts";
import { type Change, write } from "./write/write.ts";

/** The options of {@link mutate}. */
export interface MutateOptions<T> extends Policy {
  /** Codings that an intermediary may apply to the content. Default: gzip, deflate, br and zstd. */
  codings?: readonly string[] | undefined;
  /** How many times the write is tried before the answer is 503. Default 32. */
  maxSwaps?: number | undefined;
  /**
   * The request's body, if you have read it: it is needed to recognise a repeat under the same
   * `Idempotency-Key`.
   */
  body?: string | Uint8Array | undefined;
  /**
   * Separates the `Idempotency-Key`s of clients: the same key in another scope is another key. Default: a
   * hash of `Authorization`.
   */
  scope?: Scope | undefined;
  /** The `Location` of a created resource. Default: the request's own path. */
  location?: string | undefined;
  /** Represents the new value in the answer. Without it the answer has no body. */
  represent?: Represent<T> | undefined;
  /** Default: the request's own. */
  signal?: AbortSignal | undefined;
}

/**
 * The answer to a conditional write. The conditions are judged, the value is changed, and it is stored only
 * on top of the version that was judged.
 *
 * 200, 201 or 204 with the new `ETag`; 412 or 428 when the conditions refuse the write, before `change` runs.
 * When another writer is faster, everything begins again, so `change` may run more than once: it must have no
 * side effects, and the body must be read before it. Its result is stored; `null` deletes; a `Response`
 * refuses, and is sent unchanged.
 *
 * An unknown error of the store is thrown: it means that the outcome of the write is unknown.
 *
 * @throws {TypeError} when `maxSwaps` is not a whole number above 0, or `change` returns `undefined`
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
  checkRequest(request, "mutate()");
  checkStore(store, "mutate()");
  checkOptions(options, MUTATE_RULES, "mutate()");
  if (typeof change !== "function")
    throw wrongArgument("mutate(), as the change,", change, "a function of the current value");
  const maxSwaps = checkMaxSwaps(options.maxSwaps);
  const response = await mutated(request, store, key, change, { ...options, maxSwaps });
  return withLedgerField(request, store, response);
}

/** Other options are checked where they are used. */
const MUTATE_RULES: OptionRules = {
  ...CHECK_RULES,
  scope: anyFunction(),
  represent: anyFunction(),
  maxSwaps: checkedElsewhere,
  body: {
    accepts: (value: unknown) => typeof value === "string" || BYTES_RULE.accepts(value as never),
    use: "the request's body, as a string or a Uint8Array",
  },
  // Checked before the write, because a `location` that is not a valid field would make the answer throw after it.
  location: {
    accepts: (value: unknown) => typeof value === "string" && /^[\x20-\x7e]*$/.test(value),
    use: 'a path or a URL in ASCII, such as "/notes/caf%C3%A9"',
  },
  signal: SIGNAL_RULE,
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
  // A caller that gives `location` may have made up the key for this request.
  const sameKey = location === undefined ? key : undefined;
  const identity = await unlessBusy(() =>
    identityOf(store, { request, key: sameKey, body, scope, location }),
  );
  if (identity instanceof Response) return identity;
  const outcome = await write({
    request,
    store,
    key,
    change,
    // Whatever its method, this request is a write.
    policy: policyOf({ ifMatch, require: require === true ? [request.method] : require, malformed, now }),
    codings,
    maxSwaps,
    identity,
    signal: signal ?? request.signal,
    skipValue: false,
    replaces: request.method === "DELETE",
    // §13.2.1: without conditions, a DELETE of an absent resource gets a 404. So the conditions are ignored.
    mustExist: request.method === "DELETE",
  });
  return answerTo(outcome, {
    request,
    represent,
    echo: true,
    location,
    fields: ledgerFields(store, identity),
  });
}

/** `scope` may ask a store, too. When that is busy, nothing was written. */
async function unlessBusy<R>(work: () => R | Promise<R>): Promise<R | Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreBusyError) return busy();
    throw error;
  }
}
