import { StoreBusyError } from "./contract/errors.ts";
import { wrongArgument } from "./contract/given.ts";
import { keyProblem } from "./contract/key.ts";
import { checkRequest } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import { unauthorized } from "./resource/approval.ts";
import { listing } from "./resource/collection.ts";
import { get, type Place } from "./resource/representation.ts";
import { type ResourceOptions, type Settings, settingsOf } from "./resource/settings.ts";
import type { Collection } from "./resource/target.ts";
import { create, PATCH_TYPE, patch, put, remove } from "./resource/writes.ts";
import { withLedgerField } from "./write/idempotency.ts";
import { pathReference } from "./write/path-reference.ts";
import { problem, unreadableNow } from "./write/problem.ts";

/**
 * A whole resource over a store: GET, HEAD, PUT, PATCH (JSON Merge Patch), DELETE and OPTIONS, with every condition
 * judged and no update lost.
 *
 * Network input never makes the handler throw. An unknown error of the store is thrown: it means that the outcome
 * of the write is unknown. `authorize` runs before anything else, so a client that may not read learns no tag.
 *
 * @throws {TypeError} on a key, a content type or a number that is not valid
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
    checkRequest(request, "The handler of resource()");
    let answer: Response;
    try {
      answer = await handle(settings, request);
    } catch (error) {
      // `key` and `authorize` may use a store, too. If that store is busy, nothing was written.
      if (!(error instanceof StoreBusyError)) throw error;
      answer = unreadableNow();
    }
    const response = withLedgerField(request, store, answer);
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

/** Uses `await` only on promises, because each `await` costs as much as some of the steps in between. */
async function handle<T>(settings: Settings<T>, request: Request): Promise<Response> {
  const found = settings.targetOf(request);
  const target = typeof found === "string" ? found : await found;
  if (target === null || target === undefined) return problem(404, "No resource can have this address.");
  const key = typeof target === "string" ? target : target.prefix;
  if (typeof key !== "string")
    throw wrongArgument("resource(), by its `key`,", target, "a key, { prefix } or null");
  const unusable = keyProblem(key);
  if (unusable) return problem(404, `No resource can have this address: as a key, ${unusable}.`);
  const refusal = settings.authorize && (await unauthorized(settings, request, key));
  if (refusal) return refusal;
  if (typeof target !== "string") return handleCollection(settings, request, target);
  return handleMember(settings, request, placeOf(request, key));
}

function placeOf(request: Request, key: string): Place {
  return { key, url: () => pathReference(new URL(request.url).pathname) };
}

function handleMember<T>(
  settings: Settings<T>,
  request: Request,
  place: Place,
): Promise<Response> | Response {
  const { media, post } = settings;
  switch (request.method) {
    case "GET":
    case "HEAD":
      return get(settings, request, place);
    case "PUT":
      return put(settings, request, place);
    case "DELETE":
      return remove(settings, request, place);
    case "OPTIONS":
      return options(allowed(settings), media.isJson ? { "Accept-Patch": PATCH_TYPE } : {});
  }
  if (request.method === "PATCH" && media.isJson) return patch(settings, request, place);
  if (request.method === "POST" && post) return put(settings, request, place);
  return notAllowed(request, allowed(settings));
}

/** The methods of a member. */
function allowed<T>({ media, post }: Settings<T>): string {
  const methods = ["GET", "HEAD", "PUT", media.isJson && "PATCH", post && "POST", "DELETE", "OPTIONS"];
  return methods.filter(Boolean).join(", ");
}

function handleCollection<T>(settings: Settings<T>, request: Request, collection: Collection) {
  const { newKey, media, store } = settings;
  const allow = [store.list && "GET, HEAD", newKey && "POST", "OPTIONS"].filter(Boolean).join(", ");
  switch (request.method) {
    case "GET":
    case "HEAD":
      return store.list ? listing({ settings, request, collection }) : notAllowed(request, allow);
    case "OPTIONS":
      return options(allow, newKey ? { "Accept-Post": media.contentType } : {});
  }
  if (request.method === "POST" && newKey) return create(settings, request, collection);
  return notAllowed(request, allow);
}

function options(allow: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 204, headers: { ...headers, Allow: allow } });
}

function notAllowed(request: Request, allow: string): Response {
  return problem(405, `This resource does not support ${request.method}.`, { headers: { Allow: allow } });
}
