import { parseDate } from "@entity-tag/core";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
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

/** Servers that have no pages of their own. */
const proxies = /^(varnish|squid|ats|envoy|haproxy|cloudflare|akamaighost|cloudfront|fastly|traefik)\b/i;

const nginx = /^(nginx|openresty|tengine|angie)\b/i;

/**
 * The sign of a cache or a proxy in an answer, as in `via: 1.1 varnish`, or `undefined`.
 *
 * nginx does not say whether it is a proxy, and its `proxy_cache` answers and removes conditions by itself. The form of
 * its tag for a file is known, so another tag, or no tag, comes from another server.
 */
export function intermediarySign(answer: Answer): string | undefined {
  for (const name of signs) {
    const value = field(answer, name);
    if (value !== undefined) return `${name}: ${value}`;
  }
  const server = field(answer, "server") ?? "";
  if (proxies.test(server)) return `server: ${server}`;
  if (!nginx.test(server) || isFileOfNginx(answer)) return undefined;
  return `server: ${server}, with a tag that it did not make`;
}

/**
 * The sign of a cache that does not identify itself. Either a refusal has another `Server` than the page, or the `Date`
 * of the page does not change with the time, because the answer is stored. It reads twice, and waits up to a second.
 */
export async function hiddenSign(
  { page, readAt }: { page: Answer; readAt: number },
  ask: (inquiry?: { headers: readonly Line[] }) => Promise<Answer>,
): Promise<string | undefined> {
  const refused = await ask({ headers: [["If-Match", '"entity-tag-conformance-other"']] });
  const [server, refusing] = [page, refused].map((answer) => field(answer, "server"));
  if (server !== undefined && refusing !== undefined && server !== refusing)
    return `server: ${refusing} in the ${refused.status}, and ${server} in the page`;
  const date = field(page, "date");
  if (date === undefined) return undefined;
  await new Promise((resolve) => setTimeout(resolve, readAt + 1_100 - performance.now()));
  const later = await ask();
  return field(later, "date") === date ? `date: ${date}, which stays the same` : undefined;
}

/** A tag of nginx has the time of change and the length in hexadecimal digits. It is weak if nginx compresses. */
function isFileOfNginx(answer: Answer): boolean {
  const [, time = "", length = ""] =
    /^(?:W\/)?"([0-9a-f]+)-([0-9a-f]+)"$/.exec(field(answer, "etag") ?? "") ?? [];
  const modified = parseDate(field(answer, "last-modified"));
  const isCoded = field(answer, "content-encoding") !== undefined;
  const isLength = isCoded || Number.parseInt(length, 16) === answer.body.length;
  return modified !== undefined && Number.parseInt(time, 16) * 1000 === modified && isLength;
}
