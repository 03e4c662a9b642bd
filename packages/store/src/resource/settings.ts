import type { EntityTag, Policy } from "@entity-tag/core";
import {
  anyFunction,
  CHECK_RULES,
  CODINGS,
  checkOptions,
  type OptionRule,
  type OptionRules,
  oneOf,
} from "@entity-tag/core/adapter";
import { checkKey } from "../contract/key.ts";
import { checkedElsewhere } from "../contract/options.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";
import { checkMaxSwaps } from "../mutate.ts";
import type { Scope } from "../write/idempotency.ts";
import { policyOf } from "../write/policy.ts";
import { TAG_FORMATS, type TagFormat } from "../write/tag-format.ts";
import { type Media, mediaOf } from "./media.ts";
import { keyOfPath, type Target } from "./target.ts";

/** A verdict on a value: `true` or nothing to store it, `false`, a reason or a `Response` to refuse it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing has nothing to say against the value
export type Verdict = boolean | string | Response | undefined | void;

/** What a member is shown with. */
export interface Shown {
  key: string;
  /** The path of the member. */
  url: string;
  etag: EntityTag;
}

/** One member of a page of a collection. `value` is what `represent` makes of it. */
export interface Item extends Shown {
  value?: unknown;
  /** The value cannot be decoded. A PUT replaces it. */
  unreadable?: true;
}

/** Which part of a collection a page is. */
export interface PageInfo {
  /** The path of the collection. */
  url: string;
  limit: number;
  /** The path of the next page, if there is one. */
  next?: string | undefined;
}

export interface ResourceOptions<T> extends Policy {
  /** Which key a request is about: one for all, or a function. Default: the path; one ending in a slash is a collection. */
  key?: string | ((request: Request) => Target | Promise<Target>) | undefined;
  /**
   * Whether this client may send this request for this key: `true` or nothing to go on, `false` for 403, or the
   * `Response` that refuses. It is asked before anything else. For a collection it is asked with the prefix, and again for
   * each member: a member that it refuses is left out.
   */
  authorize?: ((request: Request, key: string) => Verdict | Promise<Verdict>) | undefined;
  /** As for `mutate`. */
  scope?: Scope | undefined;
  /** JSON, `text/…` (the values are strings) or anything else (the values are bytes). Default `application/json`. */
  contentType?: string | undefined;
  /**
   * How a value is shown, with its tag inside for example. The octets that are stored are then not those that are shown, so
   * the answer to PUT carries its tag in the content alone (§9.3.4).
   */
  represent?: ((value: T, shown: Shown) => unknown) | undefined;
  /** How a page of a collection is shown. Default: `{ items, next }`. */
  collection?: ((items: Item[], page: PageInfo) => unknown) | undefined;
  /** How a client's copy is read back: drops the members that `represent` has added. Also asked for a merge patch. */
  read?: ((body: unknown) => unknown) | undefined;
  /** `true`: the answer to PUT carries `ETag` and `Last-Modified` beside `represent`, too. Departs from §9.3.4. */
  putValidator?: boolean | undefined;
  /** Whether this value may stand in place of `current`. A reason or `false` is answered with 422. No side effects. */
  validate?: ((value: unknown, current: T | null) => Verdict | Promise<Verdict>) | undefined;
  /** `true`: PUT changes what exists and creates nothing: 404 where nothing is, also to `If-Match: *`. Default false. */
  mustExist?: boolean | undefined;
  /** `"save"`: POST to a member does what PUT does, as forms need it. Default: POST to a member is 405. */
  post?: "save" | undefined;
  /**
   * Lets POST to a collection create a member: `true` for a random key, or a function that makes the key, to be appended
   * to the collection's prefix. Default: POST to a collection is 405.
   */
  newKey?: true | ((value: T, request: Request) => string) | undefined;
  /** What conditions on a collection do. Default `"judge"`: they are judged by the tag of the page. */
  collectionConditions?: "judge" | "ignore" | "refuse" | undefined;
  /** What a tag is made of. `"time+version"` says when the record was last changed. Default `"version"`. */
  tag?: keyof typeof TAG_FORMATS | undefined;
  /** The longest body that is read, and the longest value that is stored, in bytes. Default 1 MiB. */
  maxBytes?: number | undefined;
  /** How many members a page of a collection has, unless fewer are asked for. Default 100. */
  maxItems?: number | undefined;
  /** As for `mutate`. */
  maxSwaps?: number | undefined;
  /** Codings that something on the way may apply to a tag. Default: gzip, deflate, br and zstd. */
  codings?: readonly string[] | undefined;
  /** Default `no-cache`: keep it, and ask every time whether it is still good. */
  cacheControl?: string | undefined;
}

/** The options with nothing left open. */
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

const aBoolean: OptionRule = {
  accepts: (value: unknown) => typeof value === "boolean",
  use: "true or false",
};

/** What has no rule here is checked where it is used. */
const RESOURCE_RULES: OptionRules = {
  ...CHECK_RULES,
  key: {
    accepts: (value: unknown) => typeof value === "string" || typeof value === "function",
    use: "a key, or a function of the request",
  },
  ...{ authorize: anyFunction(), scope: anyFunction(), validate: anyFunction() },
  ...{ represent: anyFunction(), collection: anyFunction(), read: anyFunction() },
  ...{ putValidator: aBoolean, mustExist: aBoolean },
  post: oneOf("save"),
  newKey: {
    accepts: (value: unknown) => value === true || typeof value === "function",
    use: "true, or a function that makes a key",
  },
  collectionConditions: oneOf("judge", "ignore", "refuse"),
  tag: oneOf(...Object.keys(TAG_FORMATS)),
  cacheControl: { accepts: (value: unknown) => typeof value === "string", use: 'a field such as "no-cache"' },
  ...{ contentType: checkedElsewhere, maxBytes: checkedElsewhere, maxItems: checkedElsewhere },
  maxSwaps: checkedElsewhere,
};

export function settingsOf<T>(store: VersionedStore<T>, options: ResourceOptions<T>): Settings<T> {
  checkOptions(options, RESOURCE_RULES, "resource()");
  const { key = keyOfPath, tag = "version", ifMatch, require, malformed, now } = options;
  if (typeof key === "string") checkKey(key);
  const { authorize, scope, represent, collection, read, validate, post, newKey } = options;
  return {
    ...{ store, authorize, scope, represent, collection, read, validate, post, newKey },
    policy: policyOf({ ifMatch, require, malformed, now }),
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
