import { type EntityTag, parseTagList, strongMatch, weakMatch } from "@entity-tag/core";

export const why =
  "the plainest way, a list of members and a comparison with each; but every member is a string of its own, " +
  "a hundred of them for a field that does not match";

export function listIncludes(field: string, tag: EntityTag, match: "strong" | "weak"): boolean {
  const tags = parseTagList(field);
  if (tags === undefined || tags === "*") return false;
  return tags.some((member) => (match === "weak" ? weakMatch(member, tag) : strongMatch(member, tag)));
}
