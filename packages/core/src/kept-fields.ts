/** Fields that describe a body. A 304 has no body, and the client knows these fields of its stored one. */
const ABOUT_THE_BODY: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "content-range",
  "content-md5",
  "content-digest",
  "repr-digest",
  "unencoded-digest",
  "digest",
  "trailer",
  "transfer-encoding",
]);

/** Validators, and the fields that say how long the representation may be kept. */
const ABOUT_THE_VERSION: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "etag",
  "last-modified",
  "accept-ranges",
  "age",
  "expires",
  "pragma",
  "surrogate-control",
  "surrogate-key",
]);

/** The fields of a handler that a late refusal keeps. Families of other fields are added below. */
const KEPT_IN_LATE_REFUSAL: ReadonlySet<string> = /* @__PURE__ */ new Set(
  /* @__PURE__ */ (
    "vary set-cookie timing-allow-origin content-security-policy content-security-policy-report-only " +
    "strict-transport-security x-content-type-options x-frame-options x-xss-protection referrer-policy " +
    "permissions-policy origin-agent-cluster x-permitted-cross-domain-policies x-dns-prefetch-control " +
    "x-download-options report-to reporting-endpoints nel date server x-powered-by x-request-id request-id " +
    "x-correlation-id correlation-id x-trace-id x-amzn-requestid x-amzn-trace-id cf-ray traceparent tracestate " +
    "traceresponse server-timing retry-after connection keep-alive alt-svc link"
  ).split(" "),
);
const KEPT_FAMILIES = ["access-control-", "cross-origin-", "ratelimit", "x-ratelimit-"];

/**
 * True when a field of the 200 may stay in its 304. The name may be in any case.
 *
 * Fields that describe a body are dropped. All others stay (we choose): `Cache-Control`, `ETag` and `Vary`, which
 * the standard demands, and CORS fields, cookies, `Last-Modified` and the application's own. A content security
 * policy is dropped if its value is given and has a nonce or a hash, because those belong to one body and not to
 * the stored one.
 *
 * @example
 * keepsInNotModified("Content-Type"); // false
 * keepsInNotModified("Set-Cookie"); // true
 * keepsInNotModified("Content-Security-Policy", "script-src 'nonce-r4nd0m'"); // false
 * @see RFC 9110 §15.4.5
 */
export function keepsInNotModified(fieldName: string, value?: string): boolean {
  const name = fieldName.toLowerCase();
  return !ABOUT_THE_BODY.has(name) && !(isPolicyOfContent(name) && isOfOneBody(value ?? ""));
}

/**
 * True when a field that was set before the handler may stay in a refusal (400, 412, 428). The name may be in any
 * case.
 *
 * Fields of the representation are dropped, and so are its validators and all lifetimes: a refusal must not be kept
 * as long as the representation. CORS fields, `Vary`, cookies and the application's own stay (we choose).
 *
 * @example
 * keepsInRefusal("Cache-Control"); // false
 * keepsInRefusal("CDN-Cache-Control"); // false
 * keepsInRefusal("Access-Control-Allow-Origin"); // true
 * @see RFC 9110 §15.5.13
 */
export function keepsInRefusal(fieldName: string): boolean {
  const name = fieldName.toLowerCase();
  if (isPolicyOfContent(name)) return true;
  const isOfRepresentation = ABOUT_THE_BODY.has(name) || name.startsWith("content-");
  return !isOfRepresentation && !ABOUT_THE_VERSION.has(name) && !name.endsWith("cache-control");
}

/**
 * True when a field of a finished answer may stay in the refusal that replaces it. The name may be in any case.
 *
 * Most fields of a handler describe the representation, so only known fields stay (we choose): CORS, `Vary`,
 * cookies, security and reporting, request ids, rate limits, `Date`, `Server` and the like.
 *
 * @example
 * keepsInLateRefusal("Access-Control-Allow-Origin"); // true
 * keepsInLateRefusal("X-Page-Title"); // false
 * @see RFC 9110 §15.5.13
 */
export function keepsInLateRefusal(fieldName: string): boolean {
  const name = fieldName.toLowerCase();
  return KEPT_IN_LATE_REFUSAL.has(name) || KEPT_FAMILIES.some((family) => name.startsWith(family));
}

function isPolicyOfContent(name: string): boolean {
  return name === "content-security-policy" || name === "content-security-policy-report-only";
}

function isOfOneBody(policy: string): boolean {
  return /'(nonce|sha256|sha384|sha512)-/i.test(policy);
}
