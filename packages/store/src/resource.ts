import { StoreBusyError } from "./contract/errors.ts";
import { keyProblem } from "./contract/key.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import { listing } from "./resource/collection.ts";
import { get } from "./resource/representation.ts";
import { type ResourceOptions, type Settings, settingsOf } from "./resource/settings.ts";
import type { Collection } from "./resource/target.ts";
import { PATCH_TYPE, patch, put, remove } from "./resource/writes.ts";
import { withLedgerField } from "./write/idempotency.ts";
import { problem, unreadableNow } from "./write/problem.ts";

/**
 * A whole resource over a store: GET, HEAD, PUT, PATCH (JSON Merge Patch), DELETE and OPTIONS, with every condition
 * judged and no update lost.
 *
 * The handler never throws for what a client sent. What the store throws comes out of it: then nobody knows whether
 * the write happened. It checks no permissions: put that in front.
 *
 * @throws {TypeError} on a key, a content type or a number that is none
 * @example
 * const handler = resource(memoryStore<{ content: string }>(), { key: keyBelow("/pages") });
 * const body = new Blob(['{"content":"Hello"}'], { type: "application/json" });
 * const request = new Request("https://example.com/pages/home", { method: "PUT", body });
 * (await handler(request)).status; // 201
 * @see RFC 9110 §9.3
 */
export function resource<T>(
  store: VersionedStore<T>,
  options: ResourceOptions<T> = {},
): (request: Request) => Promise<Response> {
  const settings = settingsOf(store, options);
  return async (request) => {
    const response = withLedgerField(request, store, await handle(settings, request));
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

async function handle<T>(settings: Settings<T>, request: Request): Promise<Response> {
  const target = await settings.targetOf(request);
  if (target === null || target === undefined) return problem(404, "Nothing can be here.");
  const unusable = keyProblem(typeof target === "string" ? target : target.prefix);
  if (unusable) return problem(404, `Nothing can be here: as a key, ${unusable}.`);
  try {
    if (typeof target === "string") return await handleMember(settings, request, target);
    return await handleCollection(settings, request, target);
  } catch (error) {
    if (error instanceof StoreBusyError) return unreadableNow();
    throw error;
  }
}

function handleMember<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> | Response {
  const { isJson } = settings.media;
  const allow = isJson ? "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" : "GET, HEAD, PUT, DELETE, OPTIONS";
  switch (request.method) {
    case "GET":
    case "HEAD":
      return get(settings, request, key);
    case "PUT":
      return put(settings, request, key);
    case "DELETE":
      return remove(settings, request, key);
    case "OPTIONS":
      return options(allow, isJson ? { "Accept-Patch": PATCH_TYPE } : {});
  }
  if (request.method === "PATCH" && isJson) return patch(settings, request, key);
  return notAllowed(request, allow);
}

function handleCollection<T>(settings: Settings<T>, request: Request, collection: Collection) {
  const { store, maxItems, cacheControl, media } = settings;
  const allow = "GET, HEAD, OPTIONS";
  if (request.method === "OPTIONS") return options(allow);
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed(request, allow);
  const values = media.isJson || media.contentType.startsWith("text/");
  return listing({ request, store, collection, maxItems, cacheControl, values });
}

function options(allow: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 204, headers: { ...headers, Allow: allow } });
}

function notAllowed(request: Request, allow: string): Response {
  return problem(405, `${request.method} cannot be done here.`, { Allow: allow });
}
