import { Accept, ContentType } from "@mjackson/headers";
import { shownGiven } from "../contract/given.ts";
import { type Parsed, parseJson, parseText } from "./json.ts";

/** Longer fields are not parsed: the parser that decision 10 keeps takes quadratic time on a run of spaces. */
const MAX_FIELD_LENGTH = 1000;

/** Reads values of one media type from a body, and writes them to one. */
export interface Media<T> {
  /** The `Content-Type` of answers. */
  contentType: string;
  isJson: boolean;
  /**
   * True when a request with this `Content-Type` can be read. A request without one is taken to have this
   * resource's type.
   */
  reads(contentType: string | null): boolean;
  parse(bytes: Uint8Array<ArrayBuffer>): Parsed<T>;
  format(value: T): string | Uint8Array<ArrayBuffer>;
}

/**
 * JSON for `application/json` and `…+json`; text for `text/…`, where the values are strings; bytes for all other
 * types.
 *
 * @throws {TypeError} unless it is a media type
 */
export function mediaOf<T>(given: string): Media<T> {
  const mediaType = new ContentType(given).mediaType?.toLowerCase() ?? "";
  if (mediaType.split("/").filter(Boolean).length !== 2) {
    throw new TypeError(
      `Cannot serve the content type ${shownGiven(given)}. Use one such as "application/json"`,
    );
  }
  const isJson = mediaType === "application/json" || mediaType.endsWith("+json");
  const readable = isJson ? [mediaType, "application/json"] : [mediaType];
  const reads = (contentType: string | null) =>
    !contentType || readable.includes(contentType) || isOneOf(contentType, readable);
  if (isJson) {
    return { contentType: given, isJson, reads, parse: parseJson as Media<T>["parse"], format: toJson };
  }
  if (mediaType.startsWith("text/")) {
    const contentType = given.includes(";") ? given : `${given}; charset=utf-8`;
    return {
      contentType,
      isJson,
      reads,
      parse: parseText as Media<unknown>["parse"] as Media<T>["parse"],
      format: asIs,
    };
  }
  return { contentType: given, isJson, reads, parse: (bytes) => ({ value: bytes as T }), format: asIs };
}

/** The names that senders give to UTF-8. ASCII is a subset of it. */
const UTF_8 = ["utf-8", "utf8", "us-ascii", "ascii"];

/** True when a `Content-Type` names one of these media types, in UTF-8 or without a charset. */
export function isOneOf(contentType: string, mediaTypes: readonly string[]): boolean {
  if (contentType.length > MAX_FIELD_LENGTH) return false;
  const { mediaType } = new ContentType(contentType);
  return mediaTypes.includes(mediaType?.toLowerCase() ?? "") && foreignCharset(contentType) === undefined;
}

/** The charset that a `Content-Type` names, unless it is UTF-8. */
export function foreignCharset(contentType: string | null): string | undefined {
  if (contentType === null || contentType.length > MAX_FIELD_LENGTH) return undefined;
  const { charset } = new ContentType(contentType);
  return charset === undefined || UTF_8.includes(charset.trim().toLowerCase()) ? undefined : charset;
}

/** True when an `Accept` field admits this content type. @see RFC 9110 §12.5.1 */
export function isAcceptable(accept: string | null, contentType: string): boolean {
  if (!accept || accept.length > MAX_FIELD_LENGTH) return true;
  const accepted = new Accept(accept);
  const mediaType = contentType.split(";", 1)[0]!.trim();
  // The most specific range counts, whatever the others weigh.
  const ranges = [mediaType, `${mediaType.split("/", 1)[0]}/*`, "*/*"];
  const range = ranges.find((each) => accepted.get(each) !== null);
  return accepted.size === 0 || (range !== undefined && accepted.get(range)! > 0);
}

function toJson(value: unknown): string {
  return JSON.stringify(value);
}

function asIs<T>(value: T): string | Uint8Array<ArrayBuffer> {
  return value as string | Uint8Array<ArrayBuffer>;
}
