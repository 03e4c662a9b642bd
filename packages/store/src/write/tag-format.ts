import { type EntityTag, strong } from "@entity-tag/core";
import type { VersionInfo } from "../contract/versioned-store.ts";

/** Makes tags from versions, and finds versions in tags. */
export interface TagFormat {
  tagOf(info: VersionInfo): EntityTag;
  /** The version in the opaque part of a tag. */
  versionIn(opaque: string): string;
}

/** The length of the time in a tag: `2026-01-15T10:30:00.000Z` and the dot after it. */
const TIME_LENGTH = 25;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\./;

/**
 * The formats of tags by name.
 *
 * `"time+version"` shows when the record was last changed, and still guards writes: two changes within one tick of
 * the clock have two versions. A time alone cannot do that.
 *
 * @see RFC 9110 §8.8.1
 */
export const TAG_FORMATS = {
  version: { tagOf: ({ version }) => tagOfText(version), versionIn: (opaque) => opaque },
  "time+version": {
    // A store without times has only the version in its tags, which guards writes just as well.
    tagOf: ({ version, lastModified }) =>
      lastModified === undefined
        ? tagOfText(version)
        : tagOfText(`${new Date(lastModified).toISOString()}.${version}`),
    versionIn: (opaque) => (TIME.test(opaque) ? opaque.slice(TIME_LENGTH) : opaque),
  },
} as const satisfies Record<string, TagFormat>;

/**
 * The tag of any text. A version that was written by hand may contain characters that a tag cannot, such as the space
 * in a time. Its tag is encoded, and begins with a percent sign, because no version of our stores does.
 */
function tagOfText(text: string): EntityTag {
  try {
    return strong(text);
  } catch {
    return strong(`%${encodeURIComponent(text)}`);
  }
}
