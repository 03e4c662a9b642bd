import { checkedTag, type EntityTag } from "./entity-tag.ts";
import { listIncludes } from "./tag-list.ts";

/** The codings that adapters accept by default: those that today's compressors and servers apply. */
export const CODINGS: readonly string[] = ["gzip", "deflate", "br", "zstd"];

/**
 * The tag of one coding of a version. The gzip form has other bytes, so it needs a tag of its own.
 *
 * `identity` is not a coding: the tag stays unchanged.
 *
 * @throws {TypeError} if the tag is not valid, or the coding cannot be written in a tag
 * @example
 * codedTag('"v1"', "gzip"); // '"v1-gzip"'
 * @see RFC 9110 §8.8.3.3
 */
export function codedTag(tag: EntityTag, coding: string): EntityTag {
  if (coding === "identity") return checkedTag(tag);
  if (typeof coding !== "string" || coding === "") {
    const given = coding === "" ? '""' : String(coding);
    throw new TypeError(`Cannot make a tag for the coding ${given}: use its name, as in "gzip"`);
  }
  return checkedTag(withSuffix(checkedTag(tag), coding));
}

function withSuffix(tag: EntityTag, coding: string): EntityTag {
  return `${tag.slice(0, -1)}-${coding}"` as EntityTag;
}

/**
 * The tag of a coding of this version that the list names, or `undefined`.
 *
 * `accepted` is the `Accept-Encoding` of a read: only a coding that it admits counts. Without it, every coding counts,
 * as for a write: a write is about the version, and each coding names the version.
 */
export function listedCoding(
  field: string,
  tag: EntityTag,
  codings: readonly string[],
  match: "strong" | "weak",
  accepted?: string,
): EntityTag | undefined {
  for (const coding of codings) {
    // Most fields contain no coding name. This check finds that before anything is allocated.
    if (!field.includes(coding) || isCoded(tag, codings)) continue;
    const coded = withSuffix(tag, coding);
    const isAdmitted = accepted === undefined || weightIn(accepted, coding) > 0;
    if (isAdmitted && listIncludes(field, coded, match)) return coded;
  }
  return undefined;
}

/** True when the tag already ends in a coding, as the tag of a file that was compressed beforehand. */
export function isCoded(tag: EntityTag, codings: readonly string[]): boolean {
  return codings.some((coding) => tag.endsWith(`-${coding}"`));
}

/**
 * True when an `Accept-Encoding` admits a coding.
 *
 * A request without the field admits no coding (we choose), because compressors code nothing for it. A weight that
 * is not a number admits nothing.
 *
 * @example
 * admitsCoding("gzip, br;q=0", "gzip"); // true
 * admitsCoding("gzip, br;q=0", "br"); // false
 * @see RFC 9110 §12.5.3
 */
export function admitsCoding(acceptEncoding: string | null | undefined, coding: string): boolean {
  return weightIn(acceptEncoding, coding) > 0;
}

/** Compressors prefer them in this order where the weights are equal. */
const PREFERENCE: readonly string[] = ["br", "gzip", "deflate"];

/** The coding that a compressor chooses for an `Accept-Encoding`; `undefined`: it codes nothing. */
export function chosenCoding(acceptEncoding: string | null | undefined): string | undefined {
  let chosen: string | undefined;
  let highest = 0;
  for (const coding of PREFERENCE) {
    const weight = weightIn(acceptEncoding, coding);
    if (weight > highest) [chosen, highest] = [coding, weight];
  }
  return highest >= weightIn(acceptEncoding, "identity") ? chosen : undefined;
}

function weightIn(acceptEncoding: string | null | undefined, coding: string): number {
  let wildcard = 0;
  for (const member of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [name, ...parameters] = member.split(";").map((part) => part.trim()) as [string, ...string[]];
    if (isSameCoding(name, coding.toLowerCase())) return weightOf(parameters);
    if (name === "*") wildcard = weightOf(parameters);
  }
  return wildcard;
}

/** `x-gzip` and `x-compress` are old names (§8.4.1). */
function isSameCoding(name: string, coding: string): boolean {
  return name === coding || name === `x-${coding}`;
}

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  return weight === undefined ? 1 : Number(weight.slice(2));
}
