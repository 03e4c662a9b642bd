import { hidesCookies, isAcrossOrigins } from "./browser.ts";
import type { Condition } from "./condition.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Settings } from "./settings.ts";

/** The methods of a read. */
export const READS = ["GET", "HEAD", "QUERY"];

/**
 * Sends the request, with the condition that this package adds, if there is one. A browser's own cache must not answer
 * in place of the server.
 */
export function send(
  settings: Settings,
  call: FetchCall,
  signal: AbortSignal | undefined,
  condition?: Condition,
): Promise<Response> {
  const init = initOf(call, signal, condition);
  const isUsual = call.cache === "default" || call.cache === "no-cache";
  if (isUsual && hidesCookies()) init.cache = condition ? "default" : "no-store";
  return answerTo(settings, call, init);
}

/** Sends the request as the caller gave it. Across origins, the browser's own cache revalidates. */
export function pass(settings: Settings, call: FetchCall, signal = call.signal): Promise<Response> {
  const { headers, cache, method } = call;
  const isCondition = headers.has("If-None-Match") || headers.has("If-Modified-Since");
  const init = initOf(call, signal, isCondition && cache === "default" && READS.includes(method));
  if (cache === "default" && isAcrossOrigins(call.url)) init.cache = "no-cache";
  return answerTo(settings, call, init);
}

async function answerTo(
  { fetch }: Settings,
  { input }: FetchCall,
  init: FetchCall["init"],
): Promise<Response> {
  const response = await fetch(input, init);
  if (typeof response?.headers?.get !== "function") throw new TypeError("`fetch` returned no response");
  return response;
}

/**
 * The options that the request is sent with.
 *
 * Node's fetch adds `Cache-Control: no-cache` to a request with a condition, and Express and others never answer 304 to
 * that. So each read with a condition, ours or the caller's, gets `max-age=0`, which prevents `no-cache`.
 */
function initOf(
  { init, headers: given, fields, signal: own, url }: FetchCall,
  signal: AbortSignal | undefined,
  condition: Condition | boolean | undefined,
): FetchCall["init"] {
  const sent: FetchCall["init"] = { ...init, ...(own && signal && { signal }) };
  if (!condition) return sent;
  const all: Record<string, string> = Object.fromEntries(fields);
  // Across origins the server would have to allow this field.
  if (!given.has("Cache-Control") && !isAcrossOrigins(url)) all["Cache-Control"] = "max-age=0";
  if (condition !== true) all[condition.name] = condition.value;
  sent.headers = all;
  return sent;
}
