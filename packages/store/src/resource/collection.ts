import { contentTag, type EntityTag, versionTag } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import type { Member, VersionedStore } from "../contract/versioned-store.ts";
import { problem } from "../write/problem.ts";
import { type Page, pageOf, toCursor } from "./cursor.ts";
import { type Collection, urlBelow } from "./target.ts";

export interface Listing<T> {
  request: Request;
  store: VersionedStore<T>;
  collection: Collection;
  maxItems: number;
  cacheControl: string;
  /** Whether the members' values can stand in the answer, which is JSON. */
  values: boolean;
}

/**
 * A page of a collection: its members, each with its own url and tag, under a tag that changes when any of them does.
 *
 * Who asks with a condition gets the versions looked at first, and a 304 without a single value read.
 */
export async function listing<T>(it: Listing<T>): Promise<Response> {
  const page = pageOf(it.request, it.maxItems);
  if ("problem" in page) return problem(400, page.problem);
  if (it.values && it.request.headers.has("If-None-Match")) {
    const unchanged = checkPreconditions(it.request, { etag: await tagOf(await look(it, page, false)) });
    if (unchanged) return withCacheControl(unchanged, it.cacheControl);
  }
  const found = await look(it, page, it.values);
  const etag = await tagOf(found);
  const settled = checkPreconditions(it.request, { etag });
  if (settled) return withCacheControl(settled, it.cacheControl);

  const items = found
    .slice(0, page.limit)
    .map((member) => itemOf(member, urlBelow(it.request, it.collection)));
  const next = found.length > page.limit ? nextOf(it.request, page, items.at(-1)!.key) : undefined;
  const headers = new Headers({
    "Content-Type": "application/json",
    ETag: etag,
    "Cache-Control": it.cacheControl,
  });
  if (next) headers.set("Link", `<${next}>; rel="next"`);
  return new Response(JSON.stringify({ items, next }), { headers });
}

/** One member more than the page holds: it tells whether there is a next page. */
function look<T>(it: Listing<T>, { limit, after }: Page, values: boolean): Promise<Member<T>[]> {
  const { store, collection, request } = it;
  if (!store.list)
    throw new TypeError("Cannot list a collection: this store has no list method. Let key return null there");
  return store.list(collection.prefix, { limit: limit + 1, after, values, signal: request.signal });
}

/** Made of the keys and versions alone: they settle everything that the page shows. */
function tagOf(found: Member<unknown>[]): Promise<EntityTag> {
  return contentTag(JSON.stringify(found.map(({ key, version }) => [key, version])));
}

function itemOf<T>({ key, value, version }: Member<T>, url: (key: string) => string) {
  return { key, url: url(key), etag: versionTag(version), value };
}

function nextOf(request: Request, { limit }: Page, last: string): string {
  const { pathname } = new URL(request.url);
  return `${pathname}?limit=${limit}&cursor=${toCursor(last)}`;
}

function withCacheControl(response: Response, cacheControl: string): Response {
  if (response.status === 304) response.headers.set("Cache-Control", cacheControl);
  return response;
}
