import type { VersionedStore } from "@entity-tag/store";
import type { Page } from "./storage.ts";

/** A text that a page once had. */
export interface Revision extends Page {
  /** The version of the page that had this text. */
  version: string;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** How many revisions are read at once. */
const BATCH = 1000;
/** Wide enough for every time until the year 5138. */
const TIME_DIGITS = 14;

/**
 * The pages, with every version kept before another one replaces it.
 *
 * It archives first and swaps afterwards. A swap that is lost leaves a copy of a text that the page really had, so the
 * history never shows a version that did not exist.
 */
export function keepingRevisions(
  pages: VersionedStore<Page>,
  revisions: VersionedStore<Revision>,
): VersionedStore<Page> {
  return {
    ...pages,
    async swap(key, expected, next, options) {
      const replaced = expected === null ? null : await pages.read(key, { signal: options?.signal });
      if (replaced !== null && replaced.version === expected) {
        const { value, version, lastModified = Date.now() } = replaced;
        const revision = { ...value, version, savedAt: lastModified };
        // A revision that already has this key is the same one, because the key names the version.
        await revisions.swap(revisionKey(key, lastModified, version), null, revision);
      }
      return pages.swap(key, expected, next, options);
    },
  };
}

/** The earlier versions of a page without their texts, the newest first. */
export async function revisionsOf(
  revisions: VersionedStore<Revision>,
  page: string,
): Promise<{ version: string; savedAt: number }[]> {
  const prefix = prefixOf(page);
  const keys: string[] = [];
  // The newest are the last, and a merge needs them: a limit would lose exactly those.
  for (let isMore = true; isMore; ) {
    const members = await revisions.list?.(prefix, { limit: BATCH, after: keys.at(-1), values: false });
    for (const { key } of members ?? []) keys.push(key);
    isMore = members?.length === BATCH;
  }
  return keys.map((key) => parseKey(key.slice(prefix.length))).reverse();
}

/** The text that the page had in this version, if it is an earlier one. */
export async function revisionOf(
  revisions: VersionedStore<Revision>,
  page: string,
  version: string,
): Promise<Revision | undefined> {
  const listed = await revisionsOf(revisions, page);
  const found = listed.find((revision) => revision.version === version);
  if (found === undefined) return undefined;
  return (await revisions.read(revisionKey(page, found.savedAt, version)))?.value;
}

function revisionKey(page: string, savedAt: number, version: string): string {
  return `${prefixOf(page)}${String(savedAt).padStart(TIME_DIGITS, "0")}-${version}`;
}

/** An encoded name has no space, so no prefix of one page begins the keys of another. */
function prefixOf(page: string): string {
  return `${encodeURIComponent(page)} `;
}

function parseKey(rest: string): { version: string; savedAt: number } {
  return { savedAt: Number(rest.slice(0, TIME_DIGITS)), version: rest.slice(TIME_DIGITS + 1) };
}
