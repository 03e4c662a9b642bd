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

/**
 * Whether a field of the 200 may stay in the 304 that takes its place. The name may be in any case.
 *
 * What describes a body goes; everything else stays (we choose): `Cache-Control`, `ETag` and `Vary`, as the
 * standard demands, and CORS fields, cookies, `Last-Modified` and the application's own besides.
 *
 * @example
 * staysInNotModified("Content-Type"); // false
 * staysInNotModified("Set-Cookie"); // true
 * @see RFC 9110 §15.4.5
 */
export function staysInNotModified(fieldName: string): boolean {
  return !ABOUT_THE_BODY.has(fieldName.toLowerCase());
}
