import { checkPreconditions } from "@entity-tag/core/fetch";
import { hasValue, type Versioned, type VersionInfo } from "../contract/versioned-store.ts";
import { pathOf } from "../mutate.ts";
import { preferredReturn } from "../write/prefer.ts";
import { notFound, problem } from "../write/problem.ts";
import { knownVersions, stamp, stateOf } from "../write/validators.ts";
import { isAcceptable } from "./media.ts";
import type { Settings } from "./settings.ts";

/** The value as a 200, not yet with its validators. */
export function represent<T>({ media, cacheControl }: Settings<T>, value: T): Response {
  const written = media.format(value);
  const body = typeof written === "string" ? new TextEncoder().encode(written) : written;
  const headers = { "Content-Type": media.contentType, "Content-Length": String(body.byteLength) };
  return new Response(body, { headers: { ...headers, "Cache-Control": cacheControl } });
}

/** GET of one key, in one look at the store: its value stays there when the client has it already. */
export async function get<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> {
  const { store, codings, policy, media, cacheControl } = settings;
  const { signal } = request;
  if (!isAcceptable(request.headers.get("Accept"), media.contentType)) {
    return problem(406, `What is here can be had as ${media.contentType} only.`);
  }
  const found = await look(settings, request, key);
  if (found === null) return notFound();
  const settled = checkPreconditions(request, stateOf(found, codings), policy);
  if (settled?.status === 304) settled.headers.set("Cache-Control", cacheControl);
  if (settled) return settled;
  const whole = hasValue(found) ? found : await store.read(key, { signal });
  return whole ? withStatus(200, represent(settings, whole.value), whole) : notFound();
}

function look<T>(
  { store }: Settings<T>,
  request: Request,
  key: string,
): Promise<Versioned<T> | VersionInfo | null> {
  const known = knownVersions(request);
  const { signal } = request;
  return store.readUnless && known.length > 0
    ? store.readUnless(key, known, { signal })
    : store.read(key, { signal });
}

/** A 412, with the current representation if the client prefers that to a problem: it can merge without asking again. */
export function refuse<T>(
  settings: Settings<T>,
  request: Request,
  refusal: Response,
  found: Versioned<T> | VersionInfo | null,
) {
  if (refusal.status !== 412 || found === null || !hasValue(found)) return refusal;
  if (preferredReturn(request) !== "representation") return refusal;
  const response = withStatus(412, represent(settings, found.value), found);
  response.headers.set("Content-Location", pathOf(request));
  response.headers.set("Preference-Applied", "return=representation");
  return response;
}

function withStatus(status: number, shown: Response, found: VersionInfo): Response {
  return new Response(shown.body, { status, headers: stamp(new Headers(shown.headers), found) });
}
