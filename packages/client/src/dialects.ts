import type { Around, Dialect } from "./update/dialect.ts";
import { isMembers, type Members } from "./update/members.ts";

/**
 * Plain HTTP: the tag is in the `ETag` field. Members of a collection are `{ url, etag, value }`, as `resource` of
 * `@entity-tag/store` shows them, in an array or in `items`.
 *
 * @example
 * const page = { url: "/pages/a", etag: '"v1"', value: "A" };
 * items({ items: [page] }, http); // [{ url: "/pages/a", value: "A", etag: '"v1"' }]
 * @see RFC 9110 §8.8.3
 */
export const http: Dialect = {
  items: (body) => (Array.isArray(body) ? body : (body as Members | null)?.items),
  url: "/url",
  itemEtag: "/etag",
  value: (item) => (isMembers(item) && "url" in item && "value" in item ? item.value : item),
};

/**
 * Google's APIs: each document and each member of `items` has its tag in `etag`, with its quotes.
 *
 * The url of a member without a `selfLink` is that of its collection, followed by its `id`.
 *
 * @example
 * const list = { items: [{ id: "a", etag: '"1"' }] };
 * items(list, google, "https://example.com/events?maxResults=9")[0]?.url; // "https://example.com/events/a"
 * @see RFC 9110 §8.8.3
 */
export const google: Dialect = {
  etag: "/etag",
  quoted: true,
  items: "/items",
  url: (item, around) => (item as Members)?.selfLink ?? below(around, (item as Members)?.id),
};

/**
 * Oracle's REST services: the tag is in `@context.headers.ETag`, without its quotes, and the url in the link with
 * `rel: self`.
 *
 * Framework versions before 6 send the tag only in the `ETag` field, which is read first.
 *
 * @example
 * const worker = { "@context": { headers: { ETag: "ACED" } }, links: [{ rel: "self", href: "/workers/1" }] };
 * items({ items: [worker] }, oracle)[0]?.etag; // '"ACED"'
 * @see RFC 9110 §8.8.3
 */
export const oracle: Dialect = {
  etag: "/@context/headers/ETag",
  quoted: false,
  items: "/items",
  url: (item) =>
    selfIn((item as Members)?.links) ?? selfIn(((item as Members)?.["@context"] as Members)?.links),
};

/**
 * OData: the tag is in `@odata.etag` (4.01: `@etag`), with its quotes. The members are in `value`, with their ids.
 *
 * @example
 * const page = { value: [{ "@odata.id": "People('ann')", "@odata.etag": 'W/"1"' }] };
 * items(page, odata, "https://example.com/v4/People")[0]?.url; // "https://example.com/v4/People('ann')"
 * @see RFC 9110 §8.8.3
 */
export const odata: Dialect = {
  etag: (entity) => control(entity, "etag"),
  quoted: true,
  items: "/value",
  url: (entity, { base, body }) => {
    const link = control(entity, "editLink") ?? control(entity, "id") ?? control(entity, "readLink");
    if (typeof link !== "string") return undefined;
    // Links are relative to the context's url, if there is one.
    return resolved(link, resolved(control(body, "context"), base));
  },
};

/**
 * Amazon S3 and services with its API. They answer 404 to `If-Match` on an absent object, and 409 when two writes race:
 * then another try may succeed.
 *
 * @example
 * s3.again; // [409, 429, 503]
 * @see RFC 9110 §13.1.1
 */
export const s3: Dialect = { again: [409, 429, 503] };

function control(entity: unknown, name: string): unknown {
  const members = entity as Members | null | undefined;
  return members?.[`@odata.${name}`] ?? members?.[`@${name}`];
}

function selfIn(links: unknown): unknown {
  return Array.isArray(links) ? links.find((link) => link?.rel === "self")?.href : undefined;
}

function below({ base = "" }: Around, id: unknown): string | undefined {
  if (typeof id !== "string" && typeof id !== "number") return undefined;
  const path = base.replace(/[?#].*$/s, "").replace(/\/$/, "");
  return path === "" ? encodeURIComponent(id) : `${path}/${encodeURIComponent(id)}`;
}

function resolved(link: unknown, base: string | undefined): string | undefined {
  if (typeof link !== "string") return base;
  return base !== undefined && URL.canParse(link, base) ? new URL(link, base).href : link;
}
