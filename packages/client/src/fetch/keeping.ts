import { parseDate } from "@entity-tag/core";
import type { StoredHead } from "../response-store.ts";
import type { Asked } from "./asked.ts";
import { attempt } from "./attempt.ts";
import { hasDirective } from "./cache-control.ts";
import { withoutFragment } from "./condition.ts";
import type { Forgotten } from "./forgotten.ts";
import { keptFields } from "./freshening.ts";
import type { Settings } from "./settings.ts";
import { variantOf, varyOf } from "./variant.ts";

/** Where and since when an exchange takes place. */
export interface Place {
  group: string;
  /** The moment in {@link Forgotten} before the server was asked. */
  since: number;
  forgotten: Forgotten;
}

/** True when an answer may serve another request at all: RFC 9111 §3. */
export function mayServeOthers(response: Response): boolean {
  return !hasDirective(response.headers, "no-store") && varyOf(response.headers) !== "*";
}

/** True when an answer is kept. Without freshness, only an answer with a validator is worth keeping. */
export function isKept(asked: Asked, response: Response, { fresh }: Settings): boolean {
  const { status, headers, type, url } = response;
  if (asked.method === "HEAD" || !mayServeOthers(response)) return false;
  if (status === 206 || status === 304 || status < 200 || status > 599) return false;
  if (type === "opaque" || type === "opaqueredirect" || type === "error") return false;
  // Another origin answers for itself alone.
  if (url && new URL(url).origin !== new URL(asked.url).origin) return false;
  if (headers.get("Content-Type")?.startsWith("text/event-stream")) return false;
  const hasValidator = headers.has("ETag") || parseDate(headers.get("Last-Modified")) !== undefined;
  return (
    ((status === 200 || status === 203) && hasValidator) || fresh?.mayKeep(asked.headers, response) === true
  );
}

/** Keeps a complete answer, unless its url has been forgotten since it was asked for. */
export async function keep(
  asked: Asked,
  { group, since, forgotten }: Place,
  response: Response,
  body: Uint8Array,
  settings: Settings,
): Promise<void> {
  const { url } = asked;
  const { store } = settings;
  const vary = varyOf(response.headers);
  if (vary === "*" || forgotten.isSince(url, since)) return;
  await attempt(
    settings,
    asked,
    async () => {
      const variant = await variantOf(vary, asked.headers, settings);
      await store.write({ ...headOf(response, url), group, variant, vary, body });
      if (forgotten.isSince(url, since)) await store.remove(url);
    },
    undefined,
  );
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
