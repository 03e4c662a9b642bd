import { parseTag } from "@entity-tag/core";
import type { StoredResponse } from "../response-store.ts";
import { sameVersion } from "../same-version.ts";

/** A condition that this package adds, and the kept answers whose validators it has. */
export interface Condition {
  name: "If-None-Match" | "If-Modified-Since";
  value: string;
  about: readonly StoredResponse[];
}

/** The most tags in one field. Many servers refuse more than 8 kB of fields. */
const MOST_TAGS = 32;

/**
 * The condition that asks whether a kept answer is still good: `If-None-Match` with the tags of all variants, that of
 * the selected variant first; or `If-Modified-Since` if the selected variant has no tag.
 *
 * @see RFC 9111 §4.3.1
 */
export function conditionFor(
  kept: readonly StoredResponse[],
  selected: StoredResponse | undefined,
): Condition | undefined {
  const own = selected && fieldOf(selected, "etag");
  // If this is not a valid tag, the server may compare it as text. It cannot be a member of a list.
  if (selected && own && (kept.length === 1 || !parseTag(own)))
    return { name: "If-None-Match", value: own, about: [selected] };
  const date = selected && !own && fieldOf(selected, "last-modified");
  if (date) return { name: "If-Modified-Since", value: date, about: [selected] };
  const about = [...kept]
    .sort((a, b) => Number(b === selected) - Number(a === selected) || b.time - a.time)
    .filter((stored) => parseTag(fieldOf(stored, "etag")))
    .slice(0, MOST_TAGS);
  if (about.length === 0) return;
  const tags = new Set(about.map((stored) => fieldOf(stored, "etag")));
  return { name: "If-None-Match", value: [...tags].join(", "), about };
}

/**
 * The kept answer that a 304 is about; `undefined` if that answer is not kept.
 *
 * We choose: a tag that was sent selects its answer by the weak comparison, because servers and proxies weaken tags on
 * the way (RFC 9111 §4.3.4 asks for the strong comparison). Dates are compared as text: a server that spells one date
 * in two ways is asked once more.
 */
export function selectedBy(notModified: Response, { name, about }: Condition): StoredResponse | undefined {
  const from = withoutFragment(notModified.url);
  const candidates = from ? about.filter((stored) => stored.finalUrl === from) : about;
  const tag = notModified.headers.get("ETag");
  if (tag !== null) return candidates.find((stored) => sameVersion(fieldOf(stored, "etag"), tag));
  // A 304 without a tag may be about any of several answers.
  const only = about.length === 1 ? candidates[0] : undefined;
  if (!only || name === "If-None-Match") return only;
  const date = notModified.headers.get("Last-Modified");
  return date === null || date === fieldOf(only, "last-modified") ? only : undefined;
}

export function fieldOf({ headers }: Pick<StoredResponse, "headers">, name: string): string | undefined {
  // Destructuring a pair, as in `([field])`, would cost an iterator each time.
  return headers.find((field) => field[0] === name)?.[1];
}

/** Some implementations of `fetch` leave the fragment in the url of an answer. */
export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, "");
}
