import { type Current, formatDate, opaque, parseTagList } from "@entity-tag/core";
import type { VersionInfo } from "../contract/versioned-store.ts";
import { TAG_FORMATS, type TagFormat } from "./tag-format.ts";

/** The state to judge by: the version as a tag, and the codings that an intermediary may apply. */
export function currentOf(
  found: VersionInfo | null,
  codings: readonly string[],
  format: TagFormat = TAG_FORMATS.version,
): Current {
  if (found === null) return null;
  return { etag: format.tagOf(found), lastModified: found.lastModified, codings };
}

/** `ETag` and `Last-Modified`. */
export function validatorsOf(
  info: VersionInfo,
  format: TagFormat = TAG_FORMATS.version,
): Record<string, string> {
  const fields: Record<string, string> = { ETag: format.tagOf(info) };
  // The clock that wrote the time may be ahead of this one. RFC 9110 §8.8.2.1
  if (info.lastModified !== undefined)
    fields["Last-Modified"] = dateOf(Math.min(info.lastModified, Date.now()));
  return fields;
}

/** The last date that was made. Most writes of one second follow each other. */
let last = { second: Number.NaN, text: "" };

function dateOf(time: number): string {
  const second = Math.floor(time / 1000);
  if (last.second !== second) last = { second, text: formatDate(time) };
  return last.text;
}

/** The versions that the client's `If-None-Match` may name. Their values need not be loaded. */
export function knownVersions(
  request: Request,
  codings: readonly string[],
  format: TagFormat,
): string[] | "*" {
  const field = parseTagList(request.headers.get("If-None-Match"));
  if (field === undefined || field === "*") return field ?? [];
  return field.flatMap((tag) => {
    const text = opaque(tag);
    const uncoded = codings.filter((coding) => text.endsWith(`-${coding}`));
    const texts = [text, ...uncoded.map((coding) => text.slice(0, -coding.length - 1))];
    return texts.map((each) => format.versionIn(each));
  });
}
