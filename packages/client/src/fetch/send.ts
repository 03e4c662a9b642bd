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
    init.headers = withMaxAge(call.headers, call.url);
    init.headers.set(condition.name, condition.value);
  }
  const isUsual = call.cache === "default" || call.cache === "no-cache";
  if (isUsual && hidesCookies()) init.cache = condition ? "default" : "no-store";
  return fetch(call.input, init);
}

/**
 * Sends the request as the caller gave it. A condition of the caller's gets `max-age=0` as ours does, so that a 304 is
 * possible. Across origins, the browser's own cache revalidates instead.
 */
export function pass({ fetch }: Settings, call: FetchCall, signal = call.signal): Promise<Response> {
  const init = initOf(call, signal);
  const isRevalidation = call.headers.has("If-None-Match") || call.headers.has("If-Modified-Since");
  if (isRevalidation && call.cache === "default") init.headers = withMaxAge(call.headers, call.url);
  if (call.cache === "default" && isAcrossOrigins(call.url)) init.cache = "no-cache";
  return fetch(call.input, init);
}

function withMaxAge(given: Headers, url: string): Headers {
  const headers = new Headers(given);
  // Across origins the server would have to allow this field.
  if (!headers.has("Cache-Control") && !isAcrossOrigins(url)) headers.set("Cache-Control", "max-age=0");
  return headers;
}

function initOf(
  { init, content, headers, signal: given }: FetchCall,
  signal: AbortSignal | undefined,
): FetchCall["init"] {
  return { ...init, ...(content && { headers }), ...(given && signal && { signal }) };
}
