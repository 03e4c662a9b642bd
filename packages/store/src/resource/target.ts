import { pathReference } from "../write/path-reference.ts";

/** A collection: every key that begins with `prefix`. */
export interface Collection {
  /** How each of its keys begins. */
  prefix: string;
  /** Returns the address of a member. Default: below the path of the request. */
  url?: ((key: string) => string) | undefined;
}

/** The target of a request: one key, a collection, or `null` (404). */
export type Target = string | Collection | null | undefined;

/**
 * Keys by the last segment of a path: with `keyBelow("/pages")`, `/pages/a%20b` is the key `a b`, and `/pages` is the
 * collection of all keys of the store.
 *
 * Any other path is `null`: a deeper one, or one that cannot be decoded. Give each kind of resource a store of its
 * own (a table, a prefix), because a key does not say below which path it is.
 *
 * @throws {TypeError} on a path that does not begin with a slash, and on a pattern such as `/pages/:name`
 * @example
 * const pages = resource(memoryStore<{ content: string }>(), { key: keyBelow("/pages") });
 * await pages(new Request("https://example.com/pages")); // 200, a collection without members
 * @see RFC 9110 §3.1
 */
export function keyBelow(path: string): (request: Request) => Target {
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw new TypeError(`Cannot put keys below ${JSON.stringify(path)}. Use a path such as "/pages"`);
  }
  // Requests have their paths encoded, so "/caf\u00e9" would never be met.
  const { pathname: encoded, search, hash } = new URL(`http://localhost${path}`);
  // In a router, ":name" and "*" stand for a part of the path. Here they would never be met.
  if (search || hash || /\/[:*]/.test(path))
    throw new TypeError(`Cannot put keys below ${JSON.stringify(path)}. Use a path alone, such as "/pages"`);
  const base = encoded.endsWith("/") ? encoded : `${encoded}/`;
  const url = (key: string) => pathReference(base) + encodeURIComponent(key);
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === base || `${pathname}/` === base) return { prefix: "", url };
    const segment = pathname.startsWith(base) ? pathname.slice(base.length) : "/";
    return segment.includes("/") ? null : decoded(segment);
  };
}

/** Without a `key`: the path itself, as it was sent. A path that ends in a slash is a collection. */
export function keyOfPath(request: Request): Target {
  const { pathname } = new URL(request.url);
  return pathname.endsWith("/") ? { prefix: pathname, url: pathReference } : pathname;
}

export function urlBelow(request: Request, { prefix, url }: Collection): (key: string) => string {
  if (url) return url;
  const { pathname } = new URL(request.url);
  const base = pathname.endsWith("/") ? pathname : `${pathname}/`;
  return (key) => pathReference(base) + key.slice(prefix.length).split("/").map(encodeURIComponent).join("/");
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
