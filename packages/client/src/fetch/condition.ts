import { parseTag } from "@entity-tag/core";
import type { StoredResponse } from "../response-store.ts";
import { sameVersion } from "../same-version.ts";
import { isUsableTag } from "../usable-tag.ts";
import { withoutFragment } from "./without-fragment.ts";

/** A condition that this package adds, and the kept answers whose validators it has. */
export interface Condition {
  name: "If-None-Match" | "If-Modified-Since";
  value: string;
  about: readonly StoredResponse[];
}

/** The longest list of tags, in characters. Many servers refuse more than 8 kB of fields. */
const LONGEST_LIST = 4000;

/**
 * The condition that asks whether a kept answer is still good. It is `If-None-Match` with the tags of all variants, the
 * tag of the selected one first. If the selected variant has no tag, it is `If-Modified-Since`.
 *
 * @see RFC 9111 §4.3.1
 */
export function conditionFor(
  kept: readonly StoredResponse[],
  selected: StoredResponse | undefined,
): Condition | undefined {
  const own = selected && tagIn(selected);
  // A tag without quotes is not valid in a list, so it is sent alone.
  if (selected && own && !parseTag(own)) return { name: "If-None-Match", value: own, about: [selected] };
  const date = selected && !own && fieldOf(selected, "last-modified");
  if (date) return { name: "If-Modified-Since", value: date, about: [selected] };
  const tags = new Set<string>();
  let length = 0;
  const about = [...kept]
    .sort((a, b) => Number(b === selected) - Number(a === selected) || b.time - a.time)
    .filter((stored) => {
      const tag = tagIn(stored);
      if (!parseTag(tag)) return false;
      if (!tags.has(tag!)) length += tag!.length + 2;
      return length <= LONGEST_LIST && tags.add(tag!);
    });
  return about.length > 0 ? { name: "If-None-Match", value: [...tags].join(", "), about } : undefined;
}

/** The tag of a kept answer, if it can be sent to a server. */
function tagIn(stored: StoredResponse): string | undefined {
  const tag = fieldOf(stored, "etag");
  return tag !== undefined && tag.length <= LONGEST_LIST && isUsableTag(tag) ? tag : undefined;
}

/**
 * The kept answer that a 304 is about; `undefined` if that answer is not kept.
 *
 * We choose: a tag that was sent selects its answer by the weak comparison, because servers and proxies weaken tags on
 * the way (RFC 9111 §4.3.4 asks for the strong comparison). Dates are compared as text: a server that spells one date
 * in two ways is asked once more.
 */
export function selectedBy(notModified: Response, { name, about }: Condition): StoredResponse | undefined {
  // Some implementations of `fetch` leave the fragment in the url of an answer.
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
