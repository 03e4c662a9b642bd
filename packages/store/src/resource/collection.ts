import { type EntityTag, strong } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import { hexDigest } from "../contract/digest.ts";
import { checkMembers } from "../contract/returned.ts";
import type { Member } from "../contract/versioned-store.ts";
import { pathReference } from "../write/path-reference.ts";
import { problem } from "../write/problem.ts";
import { unauthorized } from "./approval.ts";
import { type Page, pageOf, toCursor } from "./cursor.ts";
import { shownValue } from "./representation.ts";
import type { Item, Settings } from "./settings.ts";
import { type Collection, urlBelow } from "./target.ts";

const CONDITIONS = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

/** A request for a page of a collection. */
interface Listing<T> {
  settings: Settings<T>;
  request: Request;
  collection: Collection;
}

/** The members that the client may see, and where the next page begins. */
interface VisiblePage<T> {
  members: Member<T>[];
  next: string | undefined;
}

/**
 * A page of a collection: its members, each with its own url and tag. The page has a tag that changes when any of
 * them does.
 *
 * A conditional request reads the versions first, so a 304 loads no value.
 */
export async function listing<T>(it: Listing<T>): Promise<Response> {
  const { request, settings } = it;
  const { collectionConditions, cacheControl } = settings;
  const page = pageOf(request, settings.maxItems);
  if ("problem" in page) return problem(400, page.problem);
  const condition = CONDITIONS.find((name) => request.headers.has(name));
  if (condition && collectionConditions === "refuse") {
    return problem(400, `${condition} is for single resources. Ask for the collection without it.`);
  }
  const values = settings.media.isJson || settings.media.contentType.startsWith("text/");
  const isJudged = condition !== undefined && collectionConditions === "judge";
  if (isJudged && values) {
    const unchanged = judged(it, await tagOf(await visiblePage(it, page, false)));
    if (unchanged) return unchanged;
  }
  const found = await visiblePage(it, page, values);
  const etag = await tagOf(found);
  const unchangedSince = isJudged ? judged(it, etag) : undefined;
  return unchangedSince ?? shownPage(it, page, found, { ETag: etag, "Cache-Control": cacheControl });
}

/** The page as JSON. */
function shownPage<T>(
  { request, settings, collection }: Listing<T>,
  { limit }: Page,
  { members, next }: VisiblePage<T>,
  headers: Record<string, string>,
): Response {
  const url = urlBelow(request, collection);
  const items = members.map((member) => itemOf(settings, member, url(member.key)));
  const { pathname, searchParams } = new URL(request.url);
  const path = pathReference(pathname);
  const more = next === undefined ? undefined : path + queryFor(searchParams, limit, next);
  const body = settings.collection?.(items, { url: path, limit, next: more }) ?? { items, next: more };
  const link: Record<string, string> = more === undefined ? {} : { Link: `<${more}>; rel="next"` };
  return new Response(JSON.stringify(body), {
    headers: { "Content-Type": "application/json", ...headers, ...link },
  });
}

/** The query of the next page. Other parameters stay, because the key may be made of them. */
function queryFor(asked: URLSearchParams, limit: number, next: string): string {
  const query = new URLSearchParams(asked);
  for (const name of ["limit", "cursor"]) query.delete(name);
  query.append("limit", String(limit));
  query.append("cursor", toCursor(next));
  return `?${query}`;
}

/**
 * The members of the page, and one more, to know whether there is a next page.
 *
 * Members that the client may not see do not count. A page that lacked them would tell how many there are, and a
 * cursor after one of them would tell its key. While there are only such members, each read asks for more, up to the
 * longest page: otherwise a client that asks for one member would cause a read for each two that it may not see.
 */
async function visiblePage<T>(
  { request, settings, collection }: Listing<T>,
  { limit, after }: Page,
  values: boolean,
): Promise<VisiblePage<T>> {
  const { store } = settings;
  const wanted = limit + 1;
  const longest = settings.maxItems + 1;
  const seen: Member<T>[] = [];
  for (let from = after, size = wanted, isMore = true; isMore; size = Math.min(2 * size, longest)) {
    const options = { limit: size, after: from, values, signal: request.signal };
    const found = checkMembers(await store.list!(collection.prefix, options));
    seen.push(...(await visible(settings, request, found)));
    from = found.at(-1)?.key;
    isMore = found.length === size && seen.length < wanted;
  }
  const members = seen.slice(0, limit);
  return { members, next: seen.length > limit ? members.at(-1)?.key : undefined };
}

/** The members that the client may see. */
async function visible<T>(settings: Settings<T>, request: Request, found: Member<T>[]): Promise<Member<T>[]> {
  if (settings.authorize === undefined) return found;
  const refusals = await Promise.all(found.map(({ key }) => unauthorized(settings, request, key)));
  return found.filter((_, index) => refusals[index] === undefined);
}

function judged<T>({ request, settings }: Listing<T>, etag: EntityTag): Response | undefined {
  const response = checkPreconditions(request, { etag }, settings.policy);
  if (response?.status === 304) response.headers.set("Cache-Control", settings.cacheControl);
  return response;
}

/**
 * The tag of the page is made of keys and versions alone, because they determine everything that the page shows. It has
 * 144 bits of their digest.
 */
async function tagOf({ members, next }: VisiblePage<unknown>): Promise<EntityTag> {
  const page = JSON.stringify([members.map(({ key, version }) => [key, version]), next !== undefined]);
  return strong((await hexDigest("SHA-256", page)).slice(0, 36));
}

function itemOf<T>(settings: Settings<T>, member: Member<T>, url: string): Item {
  const { key, value } = member;
  const item: Item = { key, url, etag: settings.format.tagOf(member) };
  if (member.unreadable) return { ...item, unreadable: true };
  if (value === undefined) return item;
  return { ...item, value: shownValue(settings, { ...member, value }, { key, url: () => url }) };
}
