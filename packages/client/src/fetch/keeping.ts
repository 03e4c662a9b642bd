import type { StoredResponse } from "../response-store.ts";
import { isMakeable } from "./answer.ts";
import { hasDirective } from "./cache-control.ts";
import type { Forgotten } from "./forgotten.ts";
import { keptFields } from "./freshening.ts";
import type { Asked } from "./report.ts";
import { tryStore } from "./try-store.ts";
import { variantOf, varyOf } from "./variant.ts";
import { withoutFragment } from "./without-fragment.ts";

/** One read, and the place where its answer is kept. */
export interface Read extends Asked {
  group: string;
  /** When the read began: the age of its answer counts from here (RFC 9111 §4.2.3). */
  time: number;
  /** The moment when the read began, as {@link Forgotten} counts. */
  since: number;
  forgotten: Forgotten;
}

/** True when RFC 9111 §3 lets an answer serve another request. */
export function mayServeOthers(response: Response): boolean {
  return !hasDirective(response.headers, "no-store") && varyOf(response.headers) !== "*";
}

export function hasValidator(headers: Headers): boolean {
  return headers.has("ETag") || headers.has("Last-Modified");
}

/** True when an answer is to be kept. Without freshness, only an answer with a validator is useful later. */
export function isStorable({ call, settings }: Read, response: Response): boolean {
  const { status, headers, url } = response;
  if (call.method === "HEAD" || !mayServeOthers(response)) return false;
  if (status === 206 || status === 304 || !isMakeable(status)) return false;
  // An answer of another origin is not kept under a url of this origin.
  if (url && new URL(url).origin !== new URL(call.url).origin) return false;
  if (headers.get("Content-Type")?.startsWith("text/event-stream")) return false;
  return (
    ((status === 200 || status === 203) && hasValidator(headers)) ||
    settings.fresh?.mayKeep(call.headers, response) === true
  );
}

/** Keeps a complete answer, unless its url has been forgotten since it was asked for. */
export async function keep(read: Read, response: Response, body: Uint8Array): Promise<void> {
  const { call, settings, group, time, since, forgotten } = read;
  const { url } = call;
  const { status, statusText, headers, redirected } = response;
  const vary = varyOf(headers) as string[];
  if (forgotten.isSince(url, since)) return;
  const write = async () =>
    put(read, {
      url,
      group,
      variant: await variantOf(vary, call.headers, settings),
      vary,
      // Pages without https have no `crypto.randomUUID`.
      id: crypto.getRandomValues(new Uint32Array(4)).join("-"),
      status,
      statusText,
      headers: keptFields(headers),
      finalUrl: withoutFragment(response.url) || url,
      redirected,
      time,
      body,
    });
  await tryStore(read, write, undefined);
}

/**
 * Writes an answer to the store. Leaves a newer one in its place, which `fresh` would use without asking. Removes the
 * answer again if its url was forgotten in the meantime.
 */
export async function put({ settings, since, forgotten }: Read, answer: StoredResponse): Promise<void> {
  const { store, fresh } = settings;
  const { url, group, variant, time } = answer;
  // A time in the future comes from a clock that was set back.
  const isNewer = (kept: StoredResponse) =>
    kept.variant === variant && kept.time > time && kept.time <= Date.now();
  if (fresh && (await store.read(url, group)).some(isNewer)) return;
  await store.write(answer);
  if (forgotten.isSince(url, since)) await store.remove(url);
}
