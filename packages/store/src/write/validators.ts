import { type Current, codedTag, formatDate, opaque, parseTagList, versionTag } from "@entity-tag/core";
import type { VersionInfo } from "../contract/versioned-store.ts";

/** The state to judge by: the version as a tag, and the tags that a proxy may have made of it. */
export function stateOf(found: VersionInfo | null, codings: readonly string[]): Current {
  if (found === null) return null;
  const etag = versionTag(found.version);
  return {
    etag,
    lastModified: found.lastModified,
    alternates: codings.map((coding) => codedTag(etag, coding)),
  };
}

/** Writes `ETag` and `Last-Modified`. */
export function stamp(headers: Headers, { version, lastModified }: VersionInfo): Headers {
  headers.set("ETag", versionTag(version));
  if (lastModified !== undefined) headers.set("Last-Modified", formatDate(lastModified));
  return headers;
}

/** The versions whose value the client has already, by its If-None-Match; none if that cannot be read. */
export function knownVersions(request: Request): string[] | "*" {
  const field = parseTagList(request.headers.get("If-None-Match"));
  if (field === undefined || field === "*") return field ?? [];
  return field.map(opaque);
}
