import type { EntityTag, Policy } from "@entity-tag/core";
import {
  anyBoolean,
  anyFunction,
  CHECK_RULES,
  CODINGS,
  checkOptions,
  type OptionRules,
  oneOf,
} from "@entity-tag/core/adapter";
import { checkKey } from "../contract/key.ts";
import { checkedElsewhere, checkStore } from "../contract/options.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";
import type { Scope } from "../write/idempotency.ts";
import { checkMaxSwaps } from "../write/max-swaps.ts";
import { policyOf } from "../write/policy.ts";
import { TAG_FORMATS, type TagFormat } from "../write/tag-format.ts";
import { type Media, mediaOf } from "./media.ts";
import { keyOfPath, type Target } from "./target.ts";

/** A verdict on a value: `true` or `undefined` stores it; `false`, a reason or a `Response` refuses it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement refuses nothing
export type Verdict = boolean | string | Response | undefined | void;

/** The context that a member is shown in. */
export interface Shown {
  key: string;
  /** The path of the member. */
  url: string;
  etag: EntityTag;
}

/** One member of a page of a collection. `value` is what `represent` makes of it. */
export interface Item extends Shown {
  value?: unknown;
  /** True when the value cannot be decoded. A PUT replaces it. */
  unreadable?: true;
}

/** The part of a collection that a page shows. */
export interface PageInfo {
  /** The path of the collection. */
  url: string;
  limit: number;
  /** The path of the next page, if there is one. */
  next?: string | undefined;
}

/** The options of `resource`. Each has a default. */
export interface ResourceOptions<T> extends Policy {
  /**
   * The key of a request: one for all requests, or a function. Default: the path; a path that ends in a slash is a
   * collection.
   */
  key?: string | ((request: Request) => Target | Promise<Target>) | undefined;
  /**
   * Decides whether this client may send this request for this key: `true` or `undefined` to go on, `false` for
   * 403, or a `Response` that refuses. It runs before anything else. For a collection it is called with the prefix,
   * and again for each member. Members that it refuses are left out, so it may be called for many of them.
   * For POST to a collection, it is called with the prefix and with the new key. A client that may write also sees the
   * current value: in the answer to PATCH, and in a 412 under `Prefer: return=representation`.
   */
  authorize?: ((request: Request, key: string) => Verdict | Promise<Verdict>) | undefined;
  /** The same as for `mutate`. */
  scope?: Scope | undefined;
  /** JSON, `text/…` (the values are strings) or anything else (the values are bytes). Default `application/json`. */
  contentType?: string | undefined;
  /**
   * Represents a value, for example with its tag inside. The body is then not the stored octets, so the answer to
   * PUT has the tag only in its content (§9.3.4).
   */
  represent?: ((value: T, shown: Shown) => unknown) | undefined;
  /** Represents a page of a collection. Default: `{ items, next }`. */
  collection?: ((items: Item[], page: PageInfo) => unknown) | undefined;
  /**
   * Makes the value from what a client sends: it can remove the members that `represent` added. `undefined` refuses
   * the content with 422. For PATCH it is called with the patch, which has only some members.
   */
  read?: ((body: unknown) => unknown) | undefined;
  /** `true`: the answer to PUT has `ETag` and `Last-Modified` even with `represent`. This departs from §9.3.4. */
  putValidator?: boolean | undefined;
  /**
   * Decides whether this value may replace `current`. A reason or `false` is answered with 422. It must have no
   * side effects.
   */
  validate?: ((value: unknown, current: T | null) => Verdict | Promise<Verdict>) | undefined;
  /**
   * `true`: PUT changes only an existing resource. For an absent one it answers 404, also to `If-Match: *`. Default
   * false.
   */
  mustExist?: boolean | undefined;
  /**
   * `"save"`: POST to a member does the same as PUT, because HTML forms cannot send PUT. Default: POST to a member is
   * answered with 405.
   */
  post?: "save" | undefined;
  /**
   * Lets POST to a collection create a member. `true` makes a random key. A function returns a key, which is
   * appended to the collection's prefix; it may see a value that `validate` refuses later. Default: POST to a
   * collection is answered with 405.
   */
  newKey?: true | ((value: T, request: Request) => string | Promise<string>) | undefined;
  /** How conditions on a collection are treated. Default `"judge"`: they are judged by the tag of the page. */
  collectionConditions?: "judge" | "ignore" | "refuse" | undefined;
  /** The parts of a tag. `"time+version"` shows when the record was last changed. Default `"version"`. */
  tag?: keyof typeof TAG_FORMATS | undefined;
  /** The longest body that is read, and the longest value that is stored, in bytes. Default 1 MiB. */
  maxBytes?: number | undefined;
  /** The number of members on a page of a collection, unless the client asks for fewer. Default 100. */
  maxItems?: number | undefined;
  /** The same as for `mutate`. */
  maxSwaps?: number | undefined;
  /** Codings that an intermediary may apply to the content. Default: gzip, deflate, br and zstd. */
  codings?: readonly string[] | undefined;
  /**
   * The `Cache-Control` of answers. Default `no-cache`: caches keep an answer, and ask each time whether it is
   * still good.
   */
  cacheControl?: string | undefined;
}

/** The options with their defaults filled in. */
export interface Settings<T>
  extends Pick<
    ResourceOptions<T>,
    "authorize" | "scope" | "represent" | "collection" | "read" | "validate" | "post" | "newKey"
  > {
  store: VersionedStore<T>;
  targetOf: (request: Request) => Target | Promise<Target>;
  media: Media<T>;
  policy: Policy;
  format: TagFormat;
  putValidator: boolean;
  mustExist: boolean;
  collectionConditions: "judge" | "ignore" | "refuse";
  maxBytes: number;
  maxItems: number;
  maxSwaps: number;
  codings: readonly string[];
  cacheControl: string;
}

/** An option without a rule here is checked where it is used. */
const RESOURCE_RULES: OptionRules = {
  ...CHECK_RULES,
  key: {
    accepts: (value: unknown) => typeof value === "string" || typeof value === "function",
    use: "a key, or a function of the request",
  },
  ...{ authorize: anyFunction(), scope: anyFunction(), validate: anyFunction() },
  ...{ represent: anyFunction(), collection: anyFunction(), read: anyFunction() },
  ...{ putValidator: anyBoolean(), mustExist: anyBoolean() },
  post: oneOf("save"),
  newKey: {
    accepts: (value: unknown) => value === true || typeof value === "function",
    use: "true, or a function that makes a key",
  },
  collectionConditions: oneOf("judge", "ignore", "refuse"),
  tag: oneOf(...Object.keys(TAG_FORMATS)),
  cacheControl: {
    accepts: (value: unknown) => typeof value === "string" && /^[\t\x20-\x7e]*$/.test(value),
    use: 'a field such as "no-cache"',
  },
  ...{ contentType: checkedElsewhere, maxBytes: checkedElsewhere, maxItems: checkedElsewhere },
  maxSwaps: checkedElsewhere,
};

/** The methods that write to a member: with `post: "save"`, POST is one of them. */
const WRITES = ["PUT", "PATCH", "DELETE", "POST"];

export function settingsOf<T>(store: VersionedStore<T>, options: ResourceOptions<T>): Settings<T> {
  checkStore(store, "resource()");
  checkOptions(options, RESOURCE_RULES, "resource()");
  const { key = keyOfPath, tag = "version", ifMatch, require, malformed, now } = options;
  if (typeof key === "string") checkKey(key);
  const { authorize, scope, represent, collection, read, validate, post, newKey } = options;
  return {
    ...{ store, authorize, scope, represent, collection, read, validate, post, newKey },
    policy: policyOf({ ifMatch, require: require === true ? WRITES : require, malformed, now }),
    format: TAG_FORMATS[tag],
    putValidator: options.putValidator ?? false,
    mustExist: options.mustExist ?? false,
    collectionConditions: options.collectionConditions ?? "judge",
    codings: options.codings ?? CODINGS,
    cacheControl: options.cacheControl ?? "no-cache",
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
