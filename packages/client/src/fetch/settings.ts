import { anyFunction, checkOptions } from "@entity-tag/core/adapter";
import { numberAbove, objectWith } from "../checks.ts";
import type { Fetch } from "../fetch.ts";
import type { Freshness } from "../freshness.ts";
import { memoryStore } from "../memory-store.ts";
import type { ResponseStore } from "../response-store.ts";
import { hidesCookies } from "./browser.ts";
import type { CacheEvent } from "./cache-event.ts";

/** The options of {@link conditionalFetch}. */
export interface ConditionalFetchOptions {
  /** Sends the requests. Default: the global `fetch`, as it is when `conditionalFetch` is called. */
  fetch?: Fetch | undefined;
  /** Where answers are kept. Default: {@link memoryStore}, one for each `conditionalFetch`. */
  store?: ResponseStore | undefined;
  /** Which answers are used without asking. Default: no answer. */
  fresh?: Freshness | undefined;
  /**
   * Which requests share kept answers: those with the same text. `null` keeps nothing. Default: the request's
   * credentials: `Authorization`, `Cookie`, and fields such as `X-Api-Key`.
   */
  partition?: ((request: Request) => string | null | Promise<string | null>) | undefined;
  /** The longest body that is kept, in octets after decoding. Default: 5 MiB. */
  maxEntryBytes?: number | undefined;
  /** Called with what happened to each request, and why, in the terms of RFC 9211. */
  onEvent?: ((event: CacheEvent) => void) | undefined;
}

export interface Settings {
  fetch: Fetch;
  store: ResponseStore;
  fresh: Freshness | undefined;
  partition: ConditionalFetchOptions["partition"];
  maxEntryBytes: number;
  onEvent: ConditionalFetchOptions["onEvent"];
  /** Urls and origins that let a page send no condition. */
  unconditional: Set<string>;
}

/** The options with their defaults. A mistake is a TypeError at once, not at a later request. */
export function settingsOf(options: ConditionalFetchOptions): Settings {
  if (typeof options === "function")
    throw new TypeError("conditionalFetch() was given a function: use { fetch: yourFunction }");
  checkOptions(
    options,
    {
      fetch: anyFunction(),
      store: objectWith(
        ["read", "write", "freshen", "remove"],
        "a store of @entity-tag/client, such as its memoryStore()",
      ),
      fresh: objectWith(["mayKeep", "ageIfFresh"], "rfc9111(), or an object with mayKeep and ageIfFresh"),
      partition: anyFunction(),
      maxEntryBytes: numberAbove(-1, "a number of octets"),
      onEvent: anyFunction(),
    },
    "conditionalFetch()",
  );
  const { store = memoryStore(), maxEntryBytes = 5 * 1024 * 1024 } = options;
  if (store.persists && !options.partition && hidesCookies())
    throw new TypeError(
      "Cannot keep answers beyond this page without `partition`: a browser hides who is signed in. " +
        "Say who it is, as in `partition: () => user.id`, or `partition: () => null` while nobody is",
    );
  const { fetch = globalThis.fetch, fresh, partition, onEvent } = options;
  return { fetch, store, fresh, partition, maxEntryBytes, onEvent, unconditional: new Set() };
}
