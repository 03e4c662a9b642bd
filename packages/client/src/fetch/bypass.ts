import { isAcrossOrigins } from "./browser.ts";
import { hasDirective } from "./cache-control.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Settings } from "./settings.ts";

const CONDITIONS = [
  "If-Match",
  "If-None-Match",
  "If-Modified-Since",
  "If-Unmodified-Since",
  "If-Range",
  "Range",
];

/** The reason, in words, why the store is not used; `undefined` when it is used. */
export function bypassReason(
  { url, headers, fields, cache, mode, integrity }: FetchCall,
  { unconditional }: Settings,
): string | undefined {
  // The store would keep the `user:password@` of a url.
  if (!/^https?:\/\/[^/?@#]*(?:[/?]|$)/.test(url)) return "the url is not a plain http one";
  // The caller expects the server's own answer: 304, 206 or 412. The Fetch standard has the same rule.
  const condition = fields.length > 0 && CONDITIONS.find((name) => headers.has(name));
  if (condition) return `the caller set ${condition}`;
  if (cache === "no-store" || hasDirective(headers, "no-store")) return "the caller said no-store";
  // A kept answer was not checked against the caller's digest.
  if (integrity) return "the caller asks for integrity";
  if (mode === "no-cors" && isAcrossOrigins(url)) return "the answer is opaque";
  if (unconditional.size > 0 && (unconditional.has(url) || unconditional.has(new URL(url).origin)))
    return "the server shows no validator, or allows no condition (CORS)";
  return;
}
