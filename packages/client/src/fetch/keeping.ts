import type { StoredHead } from "../response-store.ts";
import { hasDirective } from "./cache-control.ts";
import { withoutFragment } from "./condition.ts";
import type { Asked } from "./event.ts";
import type { Forgotten } from "./forgotten.ts";
import { keptFields } from "./freshening.ts";
import { tryStore } from "./try-store.ts";
import { variantOf, varyOf } from "./variant.ts";

/** One read, and the place where its answer is kept. */
export interface Read extends Asked {
  group: string;
  /** The moment in {@link Forgotten} at which the read began. */
  since: number;
  forgotten: Forgotten;
}

/** True when an answer may serve another request at all: RFC 9111 §3. */
export function mayServeOthers(response: Response): boolean {
  return !hasDirective(response.headers, "no-store") && varyOf(response.headers) !== "*";
}

/** True when an answer is kept. Without freshness, only an answer with a validator is worth keeping. */
export function isStorable({ call, settings }: Read, response: Response): boolean {
  const { status, headers, type, url } = response;
  if (call.method === "HEAD" || !mayServeOthers(response)) return false;
  if (status === 206 || status === 304 || status < 200 || status > 599) return false;
  if (type === "opaque" || type === "opaqueredirect" || type === "error") return false;
  // An answer of another origin is not kept under a url of this origin.
  if (url && new URL(url).origin !== new URL(call.url).origin) return false;
  if (headers.get("Content-Type")?.startsWith("text/event-stream")) return false;
  const hasValidator = headers.has("ETag") || headers.has("Last-Modified");
  return (
    ((status === 200 || status === 203) && hasValidator) ||
    settings.fresh?.mayKeep(call.headers, response) === true
  );
}

/** Keeps a complete answer, unless its url has been forgotten since it was asked for. */
export async function keep(read: Read, response: Response, body: Uint8Array): Promise<void> {
  const { call, settings, group, since, forgotten } = read;
  const { url } = call;
  const vary = varyOf(response.headers);
  if (vary === "*" || forgotten.isSince(url, since)) return;
  const write = async () => {
    const variant = await variantOf(vary, call.headers, settings);
    await settings.store.write({ ...headOf(response, url), group, variant, vary, body });
    if (forgotten.isSince(url, since)) await settings.store.remove(url);
  };
  await tryStore(read, write, undefined);
}

function headOf(response: Response, url: string): Omit<StoredHead, "group" | "variant" | "vary"> {
  const { status, statusText, headers, redirected } = response;
  return {
    url,
    id: newId(),
    status,
    statusText,
    headers: keptFields(headers),
    finalUrl: withoutFragment(response.url) || url,
    redirected,
    time: Date.now(),
  };
}

/** Pages without https have no `crypto.randomUUID`. */
function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
