import type { FetchCall } from "./fetch-call.ts";
import type { Flights } from "./flights.ts";
import type { Forgotten } from "./forgotten.ts";
import { report } from "./report.ts";
import { pass } from "./send.ts";
import type { Settings } from "./settings.ts";
import { inTime, tryStore } from "./try-store.ts";
import { withoutFragment } from "./without-fragment.ts";

/** The parts that must learn when a url is forgotten: the store, and the requests under way. */
export interface Memory {
  settings: Settings;
  flights: Flights;
  forgotten: Forgotten;
}

/** Forgets everything under these urls, in all partitions. Answers that the store fails to remove are removed later. */
export async function forget(urls: Iterable<string>, memory: Memory): Promise<void> {
  const { flights, forgotten } = memory;
  const removals = Array.from(urls, (url) => {
    forgotten.add(url);
    forgotten.unremoved.add(url);
    flights.close(url);
    return removeOwed(url, memory);
  });
  await Promise.all(removals);
}

/** Removes the answers of a forgotten url from the store. If that fails, the url stays in `unremoved`. */
export async function removeOwed(
  url: string,
  { settings: { store }, forgotten: { unremoved } }: Pick<Memory, "settings" | "forgotten">,
): Promise<void> {
  await inTime(store, store.remove(url));
  unremoved.delete(url);
}

/**
 * Sends a request that changes a resource, and removes what is kept of that resource.
 *
 * @see RFC 9111 §4.4
 */
export async function sendUnsafe(call: FetchCall, memory: Memory): Promise<Response> {
  const { settings } = memory;
  const asked = { call, settings };
  const invalidate = (urls: Iterable<string>) => tryStore(asked, () => forget(urls, memory), undefined);
  try {
    const response = await pass(settings, call);
    report(asked, { fwd: "method", fwdStatus: response.status }, response);
    // An opaque answer has the status 0: it may have been a success. After a 5xx the outcome is unknown, too: a proxy or
    // a crash may have come after the change.
    if (response.status < 400 || response.status >= 500) await invalidate(changedBy(response, call.url));
    return response;
  } catch (error) {
    // The outcome is unknown: the server may have made the change.
    await invalidate([call.url]);
    throw error;
  }
}

/** The target, and the urls of the same origin that the answer names. */
function changedBy({ url, headers }: Response, target: string): Set<string> {
  const base = url || target;
  const urls = new Set([target]);
  for (const named of [url, headers.get("Location"), headers.get("Content-Location")]) {
    if (!named || !URL.canParse(named, base)) continue;
    const { href, origin } = new URL(named, base);
    if (origin === new URL(target).origin) urls.add(withoutFragment(href));
  }
  return urls;
}
