import { jobOf } from "./update/job.ts";
import { readLatest } from "./update/latest.ts";
import type { Snapshot, UpdateOptions } from "./update/snapshot.ts";
import { checkedUrl } from "./update/target.ts";

/**
 * The current value with its url and its tag: a {@link Snapshot}, which `update` and `remove` accept.
 *
 * The url is the final one after redirects, as long as they stay within the origin. A read that fails on its way (no
 * connection, 502, 504, 429, 503) is tried again, up to `maxAttempts` times. The answer of a `conditionalFetch` may be
 * a kept one.
 *
 * @throws {HttpError} on an answer that is not a success, and on content that is not JSON (give `decode` for another
 * form)
 * @example
 * const home = await read<{ title: string }>(pages.url, pages.options);
 * home.value.title; // "Home"
 * home.etag; // '"v1"'
 * @see RFC 9110 §9.3.1
 */
export async function read<T = unknown>(
  url: string | URL,
  options: UpdateOptions<T> = {},
): Promise<Snapshot<T>> {
  const { snapshot } = await readLatest(jobOf(options, "read()"), checkedUrl(url), false);
  return snapshot;
}
