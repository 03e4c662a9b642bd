import type { Current, EntityTag, Policy } from "@entity-tag/core";
import {
  anyFunction,
  CODINGS,
  checkedState,
  checkOptions,
  LATE_RULES,
  oneOf,
  withCodings,
} from "@entity-tag/core/adapter";

/** How a tag is made from content. */
export interface ContentTagging {
  /** Default: true, because a compressor or a proxy may transform the answer later. */
  weak?: boolean | undefined;
  /** A replacement for `contentTag`. */
  contentTag?:
    | ((bytes: Uint8Array, options: { weak: boolean }) => EntityTag | Promise<EntityTag>)
    | undefined;
}

/**
 * The options that packages for frameworks share. `Reply`: the type of the framework's own answer.
 *
 * @see RFC 9110 §13.2
 */
export interface FrameworkOptions<Reply> extends Policy {
  /** How a 2xx answer to GET without a tag gets one. Default: weak, from its content. `false`: not at all. */
  tag?: ContentTagging | ((reply: Reply) => EntityTag | undefined) | false | undefined;
  /** The longest body, in bytes, that is hashed for its tag. A longer one is sent untagged. Default: 1,048,576. */
  maxBytes?: number | undefined;
  /** The codings whose tags name the same version. Default: gzip, deflate, br and zstd. `[]`: no coding. */
  codings?: readonly string[] | undefined;
  /** Which fields of an answer its refusal keeps, besides CORS, cookies and the like. */
  keep?: ((fieldName: string) => boolean) | undefined;
  /**
   * Whether handlers check `If-Range` before they honour `Range`. Default: `"unchecked"`. A `Range` beside an
   * `If-Range` is then hidden from them.
   */
  ranges?: "checked" | "unchecked" | undefined;
}

const RULES = { ...LATE_RULES, current: anyFunction(), ranges: oneOf("checked", "unchecked") };

/**
 * Checks the options of a package for a framework when they are given. `where` begins the message.
 *
 * @throws {TypeError} on an option that is not valid, and on `require` without `current`
 * @example
 * checkFrameworkOptions({ maxBytes: 1024 }, "conditional()"); // undefined
 * @see RFC 9110 §13.2.1
 */
export function checkFrameworkOptions(options: FrameworkOptions<never>, where: string): void {
  checkOptions(options, RULES, where);
  if (options.require && (options as { current?: unknown }).current === undefined) {
    throw new TypeError("Cannot require conditions without `current`: a write is judged before the handler");
  }
}

/**
 * The state that `current` returned, checked, with the codings whose tags name the same version.
 *
 * @throws {TypeError} if it is not a state
 * @example
 * givenState({ etag: '"v1"' }, {}).codings; // ["gzip", "deflate", "br", "zstd"]
 * @see RFC 9110 §8.8.3.3
 */
export function givenState(
  state: Current,
  { codings = CODINGS }: { codings?: readonly string[] | undefined },
): Current {
  return withCodings(checkedState(state), codings);
}
