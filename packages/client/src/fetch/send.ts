import type { Asked } from "./asked.ts";
import { hidesCookies, isAcrossOrigins } from "./browser.ts";
import type { Condition } from "./condition.ts";
import type { Settings } from "./settings.ts";

/**
 * Sends the request, with our condition if there is one.
 *
 * Beside a condition that is not its own, Node's fetch says `no-cache`, on which Express and others never answer 304:
 * so we say `max-age=0` before it does. A browser's own cache must not answer for the server.
 */
export function send(
  { fetch }: Settings,
  asked: Asked,
  signal: AbortSignal | undefined,
  condition?: Condition,
): Promise<Response> {
  const init = initOf(asked, signal);
  if (condition) {
    const headers = new Headers(asked.headers);
    headers.set(condition.name, condition.value);
    // Across origins this field would need the server's leave.
    if (!headers.has("Cache-Control") && !isAcrossOrigins(asked.url))
      headers.set("Cache-Control", "max-age=0");
    init.headers = headers;
  }
  const isUsual = asked.cache === "default" || asked.cache === "no-cache";
  if (isUsual && hidesCookies()) init.cache = condition ? "default" : "no-store";
  return fetch(asked.input, init);
}

/** Sends the request as the caller gave it. Across origins, the browser's own cache asks in our place. */
export function pass({ fetch }: Settings, asked: Asked, signal = asked.signal): Promise<Response> {
  const init = initOf(asked, signal);
  if (asked.cache === "default" && isAcrossOrigins(asked.url)) init.cache = "no-cache";
  return fetch(asked.input, init);
}

function initOf(
  { init, content, headers, signal: given }: Asked,
  signal: AbortSignal | undefined,
): Asked["init"] {
  return { ...init, ...(content && { headers }), ...(given && signal && { signal }) };
}
