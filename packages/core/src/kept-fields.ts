/** Fields that describe a body. A 304 has none: they would describe the one that the client already holds, wrongly. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "content-range",
  "content-md5",
  "content-digest",
  "repr-digest",
  "digest",
  "trailer",
  "transfer-encoding",
]);

const ABOUT_THE_VERSION: ReadonlySet<string> = new Set(["etag", "last-modified", "cache-control", "expires"]);

/**
 * Whether a field of the 200 may stay in the 304 that takes its place. The name may be in any case.
 *
 * What describes a body goes; everything else stays (we choose): `Cache-Control`, `ETag` and `Vary`, as the
 * standard demands, and CORS fields, cookies, `Last-Modified` and the application's own besides.
 *
 * @example
 * keepsInNotModified("Content-Type"); // false
 * keepsInNotModified("Set-Cookie"); // true
 * @see RFC 9110 §15.4.5
 */
export function keepsInNotModified(fieldName: string): boolean {
  return !ABOUT_THE_BODY.has(fieldName.toLowerCase());
}

/**
 * Whether a field of the answer that was to be may stay in the refusal (400, 412, 428) that is sent instead. The name
 * may be in any case.
 *
 * What describes the body goes, and so do its validators and its lifetime: a refusal must not be kept as long as the
 * representation may be. CORS fields, `Vary`, cookies and the application's own stay (we choose).
 *
 * @example
 * keepsInRefusal("Cache-Control"); // false
 * keepsInRefusal("Access-Control-Allow-Origin"); // true
 * @see RFC 9110 §15.5.13
 */
export function keepsInRefusal(fieldName: string): boolean {
  return keepsInNotModified(fieldName) && !ABOUT_THE_VERSION.has(fieldName.toLowerCase());
}
