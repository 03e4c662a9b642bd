import type { Answer } from "../wire/connection.ts";
import { field } from "./answers.ts";

const signs = [
  "via",
  "x-cache",
  "x-cache-status",
  "x-proxy-cache",
  "cf-cache-status",
  "cf-ray",
  "cache-status",
  "age",
  "x-varnish",
  "x-served-by",
  "x-amz-cf-id",
  "x-vercel-cache",
  "x-nf-request-id",
  "x-akamai-transformed",
  "x-litespeed-cache",
  "x-drupal-dynamic-cache",
];

/** Servers that mostly stand before another one, and the tags that they make themselves. */
const proxies: readonly (readonly [name: RegExp, ownTag: RegExp | undefined])[] = [
  [/^(nginx|openresty|tengine|angie)\b/i, /^(W\/)?"[0-9a-f]+-[0-9a-f]+"$/],
  [/^(varnish|squid|ats|envoy|haproxy|cloudflare|akamaighost|cloudfront|fastly|traefik)\b/i, undefined],
];

/**
 * The sign of a cache or a proxy in an answer, as in `Via: 1.1 varnish`, or `undefined`.
 *
 * nginx hides that it stands before another server, and its `proxy_cache` answers and drops conditions by itself. Its
 * own tags have a form of their own, so another tag is a sign, too.
 */
export function intermediarySign(answer: Answer): string | undefined {
  for (const name of signs) {
    const value = field(answer, name);
    if (value !== undefined) return `${name}: ${value}`;
  }
  const server = field(answer, "server") ?? "";
  const proxy = proxies.find(([name]) => name.test(server));
  if (proxy === undefined) return undefined;
  const [, ownTag] = proxy;
  const tag = field(answer, "etag");
  if (ownTag === undefined) return `server: ${server}`;
  return tag === undefined || ownTag.test(tag)
    ? undefined
    : `server: ${server}, with a tag that it did not make`;
}
