import { checkPreconditions } from "@entity-tag/core/fetch";
import { encodeText } from "../contract/codec.ts";
import { UnreadableValueError } from "../contract/errors.ts";
import { shownGiven } from "../contract/given.ts";
import { checkFound } from "../contract/returned.ts";
import { hasValue, type Versioned, type VersionInfo } from "../contract/versioned-store.ts";
import { pathOf } from "../write/answer.ts";
import { preferredReturn } from "../write/prefer.ts";
import { notFound, problem } from "../write/problem.ts";
import { currentOf, knownVersions, validatorsOf } from "../write/validators.ts";
import { isAcceptable } from "./media.ts";
import type { Settings } from "./settings.ts";

/** The location of a member. */
export interface Place {
  key: string;
  /** Its path. Only few answers show it, so it is parsed only when it is needed. */
  url(): string;
}

/**
 * The value as a 200, before its validators are added.
 *
 * Without `represent` the body has the octets that a PUT sent, so that the tag in the answer to that PUT is true
 * (§9.3.4).
 */
export function represent<T>(settings: Settings<T>, state: Versioned<T>, place: Place): Response {
  const { body, headers } = representationOf(settings, state, place);
  return new Response(body, { headers });
}

/** The content of a 200 and the fields that describe it. */
function representationOf<T>(settings: Settings<T>, state: Versioned<T>, place: Place) {
  const { media, cacheControl } = settings;
  const content = settings.represent
    ? written(settings, shownValue(settings, state, place))
    : (state.octets ?? media.format(state.value));
  const body = typeof content === "string" ? encodeText(content) : (content as Uint8Array<ArrayBuffer>);
  const headers = {
    "Content-Type": media.contentType,
    "Content-Length": String(body.byteLength),
    "Cache-Control": cacheControl,
  };
  return { body, headers };
}

/** The result of `represent`, as a body. The stored value must not be sent instead, because it may hold more. */
function written<T>({ media }: Settings<T>, shown: unknown): string | Uint8Array {
  const content: unknown = media.format(shown as T);
  if (typeof content === "string" || content instanceof Uint8Array) return content;
  const use = media.isJson ? "a value that JSON can write" : "a string or a Uint8Array";
  throw new TypeError(`represent returned ${shownGiven(shown)}. Return ${use} for ${media.contentType}`);
}

/** The value as `represent` returns it, or the value itself. */
export function shownValue<T>(settings: Settings<T>, state: Versioned<T>, place: Place): unknown {
  const { format } = settings;
  return settings.represent
    ? settings.represent(state.value, { key: place.key, url: place.url(), etag: format.tagOf(state) })
    : state.value;
}

/**
 * GET of one key. It reads the store once, and does not load the value when the client has that version already.
 */
export async function get<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const { codings, policy, media, cacheControl, format } = settings;
  if (!isAcceptable(request.headers.get("Accept"), media.contentType)) {
    return problem(406, `This resource is only available as ${media.contentType}.`);
  }
  try {
    const found = await readUnlessKnown(settings, request, place.key);
    if (found === null) return notFound();
    const decided = checkPreconditions(request, currentOf(found, codings, format), policy);
    if (decided?.status === 304) decided.headers.set("Cache-Control", cacheControl);
    if (decided) return decided;
    const whole = hasValue(found) ? found : await readWhole(settings, request, place.key);
    return whole ? withStatus(settings, 200, whole, place) : notFound();
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    return problem(500, "The stored value cannot be read. A PUT replaces it.");
  }
}

async function readUnlessKnown<T>(
  settings: Settings<T>,
  request: Request,
  key: string,
): Promise<Versioned<T> | VersionInfo | null> {
  const { store, codings, format } = settings;
  const known = knownVersions(request, codings, format);
  return store.readUnless && known.length > 0
    ? checkFound(await store.readUnless(key, known, { signal: request.signal }), "readUnless")
    : readWhole(settings, request, key);
}

async function readWhole<T>(
  { store }: Settings<T>,
  { signal }: Request,
  key: string,
): Promise<Versioned<T> | null> {
  return checkFound(await store.read(key, { signal }), "read");
}

/**
 * A 412. It has the current representation instead of a problem if the client prefers that: the client can then
 * merge without asking again.
 */
export function refuse<T>(
  settings: Settings<T>,
  request: Request,
  { refusal, found, place }: { refusal: Response; found: Versioned<T> | VersionInfo | null; place: Place },
): Response {
  if (refusal.status !== 412 || found === null || !hasValue(found)) return refusal;
  if (preferredReturn(request) !== "representation") return refusal;
  const response = withStatus(settings, 412, found, place);
  response.headers.set("Content-Location", pathOf(request));
  response.headers.set("Preference-Applied", "return=representation");
  return response;
}

function withStatus<T>(settings: Settings<T>, status: number, found: Versioned<T>, place: Place): Response {
  const { body, headers } = representationOf(settings, found, place);
  return new Response(body, {
    status,
    headers: { ...headers, ...validatorsOf(found, settings.format) },
  });
}
