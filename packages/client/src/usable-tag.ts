import { parseTag } from "@entity-tag/core";

/**
 * True when a condition with this text names exactly one version.
 *
 * We choose: a tag without quotes is sent back unchanged, because a server that sends such a tag also compares it
 * without quotes. `*` and lists are not tags: they would hold for any version, or for several.
 */
export function isUsableTag(text: string): boolean {
  return parseTag(text) === text || /^[!#-)+\--~]+$/.test(text);
}
