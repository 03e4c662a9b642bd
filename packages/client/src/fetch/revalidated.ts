import type { StoredHead, StoredResponse } from "../response-store.ts";
import { answerOf } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { attempt } from "./attempt.ts";
import { hasDirective } from "./cache-control.ts";
import { type Forwarded, report } from "./event.ts";
import type { Serve } from "./flights.ts";
import { freshened } from "./freshening.ts";
import { describes } from "./head.ts";
import type { Place } from "./keeping.ts";
import type { Settings } from "./settings.ts";
import { variantOf, varyOf } from "./variant.ts";

/** The kept answer, freshened by a 304. */
export async function revalidated(
  notModified: Response,
  stored: StoredResponse,
  asked: Asked,
  place: Place,
  settings: Settings,
  fwd: Forwarded,
): Promise<Serve> {
  // It has no content, but a connection is free only when its end has been read.
  if (notModified.body) await notModified.body.cancel();
  const head = freshened(stored, notModified.headers, Date.now());
  const fresh = { ...head, body: stored.body };
  report(settings, asked, { fwd, fwdStatus: 304 });
  await attempt(
    settings,
    asked,
    () => restore(notModified.headers, fresh, stored, asked, place, settings),
    undefined,
  );
  return () => answerOf(fresh, asked.method, false);
}

/** Writes what a 304 changed. It may change what the answer varies by, or that it may be kept at all. */
async function restore(
  headers: Headers,
  fresh: StoredResponse,
  stored: StoredResponse,
  asked: Asked,
  { forgotten, since }: Place,
  settings: Settings,
): Promise<void> {
  const { store } = settings;
  const { url, group } = stored;
  const vary = headers.has("Vary") ? varyOf(headers) : stored.vary;
  if (forgotten.isSince(url, since)) return;
  if (vary === "*" || hasDirective(headers, "no-store")) return store.remove(url, group, stored.variant);
  if (vary.join() === stored.vary.join()) {
    // Without `fresh`, nothing reads the date of what is kept.
    return settings.fresh || isChanged(fresh, stored) ? store.freshen(withoutBody(fresh)) : undefined;
  }
  const variant = await variantOf(vary, asked.headers, settings);
  await store.remove(url, group, stored.variant);
  await store.write({ ...fresh, vary, variant });
}

/**
 * Freshens the kept answer by a HEAD that agrees with it, and marks it as out of date by one that does not.
 *
 * @see RFC 9111 §4.3.5
 */
export async function freshenByHead(
  { status, headers }: Response,
  stored: StoredResponse | undefined,
  asked: Asked,
  { forgotten, since }: Place,
  settings: Settings,
): Promise<void> {
  if (status !== 200 || !stored || forgotten.isSince(asked.url, since)) return;
  const head = describes(headers, stored)
    ? freshened(withoutBody(stored), headers, Date.now())
    : { ...withoutBody(stored), stale: true };
  await attempt(settings, asked, () => settings.store.freshen(head), undefined);
}

function withoutBody({ body: _, ...head }: StoredResponse): StoredHead {
  return head;
}

function isChanged(fresh: StoredHead, stored: StoredHead): boolean {
  if (stored.stale) return true;
  const told = ({ headers }: StoredHead) => headers.filter(([name]) => name !== "date" && name !== "age");
  const before = new Map(told(stored));
  const now = told(fresh);
  return now.length !== before.size || now.some(([name, value]) => before.get(name) !== value);
}
