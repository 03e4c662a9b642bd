import { checkDialect, shown } from "./checks.ts";
import { type Dialect, locate, tagAt } from "./update/dialect.ts";
import { snapshotOf } from "./update/seen.ts";
import type { Snapshot } from "./update/snapshot.ts";

/**
 * The members of a collection, each with its own url and tag. `update` and `remove` accept them without a read.
 *
 * `base` is the collection's url, for members whose links are relative. A member without a url gets an empty `url`: it
 * can be shown, but `update` refuses it. A member without a tag can be shown, too, but must be read before it is
 * written.
 *
 * @throws {TypeError} on a dialect that is missing, misspelt or without `items`, and on a `Response` or a promise as the
 * body
 * @example
 * const body = { items: [{ id: "a", etag: '"1"', summary: "Lunch" }] };
 * items(body, google, "https://example.com/events")[0]?.etag; // '"1"'
 * @see RFC 9110 §8.8.3
 */
export function items<T = unknown>(body: unknown, dialect: Dialect, base?: string | URL): Snapshot<T>[] {
  checkDialect(dialect, "items()");
  if (dialect.items === undefined)
    throw new TypeError(
      'items(): the dialect does not say where the members are: add `items`, as in { items: "/rows" }',
    );
  if (body instanceof Promise || body instanceof Response)
    throw new TypeError(`items(): the body is ${shown(body)}: use what \`await response.json()\` gives`);
  const around = { base: base === undefined ? undefined : String(base), body };
  const found = locate(dialect.items, body, around);
  if (!Array.isArray(found)) return [];
  return found.map((item) => {
    const value = dialect.value === undefined ? item : locate(dialect.value, item, around);
    const etag = tagAt(dialect, dialect.itemEtag ?? dialect.etag, item, around);
    return snapshotOf(urlOf(locate(dialect.url, item, around), around.base), value as T, etag);
  });
}

function urlOf(link: unknown, base: string | undefined): string {
  if (typeof link !== "string") return "";
  return base !== undefined && URL.canParse(link, base) ? new URL(link, base).href : link;
}
