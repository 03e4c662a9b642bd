import { parseTag } from "@entity-tag/core";
import { sameVersion } from "../same-version.ts";
import { isUsableTag } from "../usable-tag.ts";

/** A place in a body: a JSON Pointer (RFC 6901), or a function that finds it. */
export type Place = string | ((from: unknown, around: Around) => unknown);

/** The collection that a member belongs to. */
export interface Around {
  /** The url of the collection. */
  base: string | undefined;
  /** The whole body. */
  body: unknown;
}

/** A list of statuses, or a function that decides. */
export type Says = readonly number[] | ((response: Response) => boolean);

/**
 * Where a server puts its tags, how it spells them, and what its statuses mean. A plain object: write your own.
 *
 * @example
 * const couchdb: Dialect = { etag: "/_rev", quoted: false, conflict: [409, 412] };
 * @see RFC 9110 §8.8.3
 */
export interface Dialect {
  /** Where the tag is in the body of a document. Not given: only in the `ETag` field. */
  etag?: Place;
  /** How the tag is spelled in a body: with its quotes or without. Not given: both are read. */
  quoted?: boolean;
  /** Where the members of a collection are. */
  items?: Place;
  /** Where a member's own url is. A relative one is resolved against that of the collection. */
  url?: Place;
  /** Where a member's tag is. Default: as in a document. */
  itemEtag?: Place;
  /** Where a member's document is. Default: the member is the document. */
  value?: Place;
  /** The condition did not hold. Default: 412. */
  conflict?: Says;
  /** The resource does not exist. Default: 404 and 410. */
  gone?: Says;
  /** Send the same request again, after `Retry-After`. Default: 429 and 503. */
  again?: Says;
}

/** The value at a place in a body, or `undefined`. Never throws on input from the network. */
export function locate(place: Place | undefined, from: unknown, around?: Around): unknown {
  if (place === undefined) return undefined;
  if (typeof place === "function") return place(from, around ?? { base: undefined, body: from });
  let found = from;
  for (const step of place.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The tag at a place in a body, as it is sent in `If-Match`. */
export function tagAt(
  dialect: Dialect,
  place: Place | undefined,
  from: unknown,
  around?: Around,
): string | undefined {
  const found = locate(place, from, around);
  if ((typeof found !== "string" && typeof found !== "number") || found === "") return undefined;
  const tag = parseTag(String(found));
  return tag ?? (dialect.quoted ? undefined : parseTag(`"${found}"`));
}

/**
 * The tag of an answer: from its field, or else from its content.
 *
 * If a proxy weakened the tag in the field, the same tag in the content is still strong, so that one is used.
 */
export function tagOf(dialect: Dialect, headers: Headers, content: unknown): string | undefined {
  const field = fieldTag(headers);
  if (field !== undefined && !field.startsWith("W/")) return field;
  const inside = tagAt(dialect, dialect.etag, content);
  return field === undefined || (inside !== undefined && sameVersion(field, inside)) ? inside : field;
}

/** The `ETag` field, if it can be sent in `If-Match`. */
export function fieldTag(headers: Headers): string | undefined {
  const field = headers.get("ETag")?.trim();
  return field !== undefined && isUsableTag(field) ? field : undefined;
}

/** Whether a status is in the list. */
export function says(what: Says, response: Response): boolean {
  // A promise is not `true`. Otherwise a function that is asynchronous by mistake would say it of each answer.
  return typeof what === "function" ? what(response) === true : what.includes(response.status);
}
