import { hidesCookies, isAcrossOrigins } from "./browser.ts";
import type { Condition } from "./condition.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Settings } from "./settings.ts";

/**
 * Sends the request, with the condition that this package adds, if there is one.
 *
 * Node's fetch adds `Cache-Control: no-cache` to a request with a condition. Express and others never answer 304 to
 * that, so this sets `max-age=0` first. A browser's own cache must not answer in place of the server.
 */
export function send(
  { fetch }: Settings,
  call: FetchCall,
  signal: AbortSignal | undefined,
  condition?: Condition,
): Promise<Response> {
  const init = initOf(call, signal);
  if (condition) {
    const headers = new Headers(call.headers);
    headers.set(condition.name, condition.value);
    // Across origins the server would have to allow this field.
    if (!headers.has("Cache-Control") && !isAcrossOrigins(call.url))
      headers.set("Cache-Control", "max-age=0");
    init.headers = headers;
  }
  const isUsual = call.cache === "default" || call.cache === "no-cache";
  if (isUsual && hidesCookies()) init.cache = condition ? "default" : "no-store";
  return fetch(call.input, init);
}

/** Sends the request as the caller gave it. Across origins, the browser's own cache revalidates instead. */
export function pass({ fetch }: Settings, call: FetchCall, signal = call.signal): Promise<Response> {
  const init = initOf(call, signal);
  if (call.cache === "default" && isAcrossOrigins(call.url)) init.cache = "no-cache";
  return fetch(call.input, init);
}

function initOf(
  { init, content, headers, signal: given }: FetchCall,
  signal: AbortSignal | undefined,
): FetchCall["init"] {
  return { ...init, ...(content && { headers }), ...(given && signal && { signal }) };
}
