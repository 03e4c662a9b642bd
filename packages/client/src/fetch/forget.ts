import type { Asked } from "./asked.ts";
import { attempt } from "./attempt.ts";
import { report } from "./event.ts";
import type { Flights } from "./flights.ts";
import type { Forgotten } from "./forgotten.ts";
import { pass } from "./send.ts";
import type { Settings } from "./settings.ts";

/** Everything that must not serve an older answer: kept answers, requests under way, and their callers. */
export interface Memory {
  settings: Settings;
  flights: Flights;
  forgotten: Forgotten;
}

/** Forgets everything under these urls, in all partitions. */
export async function forget(
  urls: Iterable<string>,
  { settings, flights, forgotten }: Memory,
): Promise<void> {
  await Promise.all(
    [...urls].map((url) => {
      forgotten.add(url);
      flights.close(url);
      return settings.store.remove(url);
    }),
  );
}

/**
 * Sends a request that changes something, and forgets what it has changed.
 *
 * @see RFC 9111 §4.4
 */
export async function sendUnsafe(asked: Asked, memory: Memory): Promise<Response> {
  const { settings } = memory;
  const invalidate = (urls: Iterable<string>) =>
    attempt(settings, asked, () => forget(urls, memory), undefined);
  try {
    const response = await pass(settings, asked);
    report(settings, asked, { fwd: "method", fwdStatus: response.status });
    // An opaque answer has the status 0: it may have been a success.
    if (response.status < 400) await invalidate(changedBy(response, asked.url));
    return response;
  } catch (error) {
    // The outcome is unknown.
    await invalidate([asked.url]);
    throw error;
  }
}

/** The target, and the urls of the same origin that the answer names. */
function changedBy({ url, headers }: Response, target: string): Set<string> {
  const named = [url, headers.get("Location"), headers.get("Content-Location")];
  const urls = new Set([target]);
  for (const name of named) {
    const other = name && parsed(name, url || target);
    if (other && other.origin === new URL(target).origin) urls.add(other.href);
  }
  return urls;
}

function parsed(text: string, base: string): URL | undefined {
  try {
    const url = new URL(text, base);
    url.hash = "";
    return url;
  } catch {
    return;
  }
}
