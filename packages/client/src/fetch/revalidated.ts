import type { StoredHead, StoredResponse } from "../response-store.ts";
import { answerOf } from "./answer.ts";
import { hasDirective } from "./cache-control.ts";
import type { Forwarded } from "./cache-event.ts";
import type { Serve } from "./flights.ts";
import { type Update, updated, updatesBy } from "./freshening.ts";
import { describes } from "./head.ts";
import { put, type Read } from "./keeping.ts";
import { report } from "./report.ts";
import { tryStore } from "./try-store.ts";
import { variantOf, varyOf } from "./variant.ts";

/** The kept answer, freshened by a 304. */
export async function revalidated(
  read: Read,
  { headers }: Response,
  stored: StoredResponse,
  fwd: Forwarded,
): Promise<Serve> {
  const updates = updatesBy(headers, stored);
  report(read, { fwd, fwdStatus: 304 });
  const change = changeBy(read, headers, updates, stored);
  if (change) await tryStore(read, change, undefined);
  return () => answerOf(stored, read.call.method, true, updates);
}

/**
 * The change that a 304 makes in the store; `undefined` if there is no change. A 304 may change the fields in `Vary`,
 * or forbid keeping the answer.
 */
function changeBy(
  read: Read,
  headers: Headers,
  updates: readonly Update[],
  stored: StoredResponse,
): (() => Promise<void>) | undefined {
  const { call, settings, time, forgotten, since } = read;
  const { store, fresh } = settings;
  const { url, group } = stored;
  if (forgotten.isSince(url, since)) return;
  const vary = headers.has("Vary") ? varyOf(headers) : stored.vary;
  if (vary === "*" || hasDirective(headers, "no-store"))
    return () => store.remove(url, group, stored.variant);
  if (vary.join() === stored.vary.join()) {
    const isChanged = stored.stale || updates.some(([name]) => name !== "date" && name !== "age");
    // Without `fresh`, the date of a kept answer is never read.
    return fresh || isChanged ? () => store.freshen(updated(withoutBody(stored), updates, time)) : undefined;
  }
  return async () => {
    // As `freshen` does: if another answer has taken the place, this 304 is about an older one.
    if (!(await store.read(url, group)).some(({ id }) => id === stored.id)) return;
    await store.remove(url, group, stored.variant);
    const variant = await variantOf(vary, call.headers, settings);
    await put(read, { ...updated(stored, updates, time), vary, variant });
  };
}

/**
 * Freshens the kept answer if a HEAD has the same validators; otherwise marks it as out of date.
 *
 * @see RFC 9111 §4.3.5
 */
export async function freshenByHead(
  read: Read,
  { status, headers }: Response,
  stored: StoredResponse | undefined,
): Promise<void> {
  const { call, settings, time, forgotten, since } = read;
  if (status !== 200 || !stored || forgotten.isSince(call.url, since)) return;
  if (!describes(headers, stored)) return markStale(read, stored);
  const head = updated(withoutBody(stored), updatesBy(headers, stored), time);
  await tryStore(read, () => settings.store.freshen(head), undefined);
}

/** Marks a kept answer as out of date: it may be revalidated, but not used without asking. */
export async function markStale(read: Read, stored: StoredResponse): Promise<void> {
  const head = { ...withoutBody(stored), stale: true };
  await tryStore(read, () => read.settings.store.freshen(head), undefined);
}

function withoutBody({ body: _, ...head }: StoredResponse): StoredHead {
  return head;
}
