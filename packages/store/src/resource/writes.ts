import { keyProblem } from "../contract/key.ts";
import { newVersion } from "../contract/version.ts";
import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";
import { mergePatch } from "../merge-patch.ts";
import { pathOf } from "../mutate.ts";
import { answerTo } from "../write/answer.ts";
import { identityOf } from "../write/idempotency.ts";
import { preferredReturn } from "../write/prefer.ts";
import { invalidValue, problem } from "../write/problem.ts";
import { type Change, type Write, write } from "../write/write.ts";
import { approved, unauthorized } from "./approval.ts";
import { type Bytes, isSame, readBytes } from "./body.ts";
import { type Parsed, parseJson } from "./json.ts";
import { foreignCharset, isOneOf } from "./media.ts";
import { type Place, refuse, represent } from "./representation.ts";
import type { Settings } from "./settings.ts";
import { type Collection, urlBelow } from "./target.ts";

/** The only patch format that is supported. @see RFC 7396 */
export const PATCH_TYPE = "application/merge-patch+json";

/** PUT, and POST with `post: "save"`: the body is the next value. */
export async function put<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const bytes = await contentOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const change = changeBy<T, T>(settings, bytes, settings.media.parse, (_, sent) => sent);
  const identity = await identityIn(settings, request, place.key, bytes);
  if (identity instanceof Response) return identity;
  const isPut = request.method === "PUT";
  const it = {
    ...writeOf(settings, request, place),
    change,
    octets: keepsOctets(settings) ? bytes : undefined,
    identity,
    skipValue: skipsValue(request) && !settings.validate,
    mustExist: settings.mustExist,
  };
  const mayBeStamped = isPut ? (current: Stored<T>) => isStoredAsSent(settings, current, bytes) : undefined;
  return answered(settings, it, { place, echo: settings.represent !== undefined, mayBeStamped });
}

/** PATCH: the body describes the change. For an absent resource it is 404, whatever the conditions are. */
export async function patch<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const contentType = request.headers.get("Content-Type");
  if (contentType === null || !isOneOf(contentType, [PATCH_TYPE])) {
    const headers = { "Accept-Patch": PATCH_TYPE };
    return problem(415, `Send a JSON Merge Patch (RFC 7396), as ${PATCH_TYPE}.`, { headers });
  }
  const bytes = await bytesOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const merge = (current: T | null, sent: unknown) => mergePatch(current, sent) as T;
  const change = changeBy<T, unknown>(settings, bytes, parseJson, merge);
  const identity = await identityIn(settings, request, place.key, bytes);
  if (identity instanceof Response) return identity;
  const it = { ...writeOf(settings, request, place), change, identity, mustExist: true };
  return answered(settings, it, { place, echo: true });
}

/**
 * DELETE. Without an `Idempotency-Key`, a second DELETE is 404. A client whose first answer was lost learns from it
 * that the resource is gone.
 */
export async function remove<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const identity = await identityIn(settings, request, place.key, undefined);
  if (identity instanceof Response) return identity;
  const it = {
    ...writeOf(settings, request, place),
    change: () => null,
    identity,
    skipValue: skipsValue(request),
    mustExist: true,
  };
  return answered(settings, it, { place, echo: false });
}

/** POST to a collection: the body becomes a member under a new key. */
export async function create<T>(
  settings: Settings<T>,
  request: Request,
  collection: Collection,
): Promise<Response> {
  const bytes = await contentOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const parsed = parsedBy(settings, settings.media.parse, bytes);
  if (parsed instanceof Response) return parsed;
  const place = await newPlace(settings, request, collection, parsed);
  if (place instanceof Response) return place;
  const identity = await identityIn(settings, request, undefined, bytes, place.url);
  if (identity instanceof Response) return identity;
  const change: Change<T> = (current) =>
    current === null
      ? approved(settings, parsed, null)
      : problem(409, "A member with this key is here already.");
  // A client cannot know a version of a new member, so no condition is required.
  const policy = { ...settings.policy, require: false };
  const octets = keepsOctets(settings) ? bytes : undefined;
  const it = { ...writeOf(settings, request, place), policy, change, octets, identity };
  return answered(settings, it, { place, echo: settings.represent !== undefined, location: place.url });
}

/** The place of a new member, or the answer that says why it cannot have one. */
async function newPlace<T>(
  settings: Settings<T>,
  request: Request,
  collection: Collection,
  value: T,
): Promise<Place | Response> {
  const name = await newName(settings, request, value);
  if (name instanceof Response) return name;
  const key = collection.prefix + name;
  const unusable = typeof name !== "string" || name === "" ? "it is not a name" : keyProblem(key);
  if (unusable) return invalidValue(`No key can be made of this content: ${unusable}.`);
  const url = urlBelow(request, collection)(key);
  if (!isAddress(url, request)) return invalidValue("No address can be made of this content.");
  return (await unauthorized(settings, request, key)) ?? { key, url };
}

/** The key of a new member below its collection. */
async function newName<T>(settings: Settings<T>, request: Request, value: T): Promise<string | Response> {
  const { newKey } = settings;
  if (typeof newKey !== "function") return newVersion();
  try {
    return await newKey(value, request);
  } catch (error) {
    // A value that is not valid may lack what the key is made of.
    const refusal = await approved(settings, value, null);
    if (refusal instanceof Response) return refusal;
    throw error;
  }
}

/** True when a client that follows the url arrives there. A URL parser removes `..`, and encodes other letters. */
function isAddress(url: string, request: Request): boolean {
  const { href, hash } = new URL(url, request.url);
  return href.endsWith(url) && hash === "";
}

type Stored<T> = Versioned<T> | VersionInfo;

/** Reads the body of a request that sends a whole value. */
async function contentOf<T>(settings: Settings<T>, request: Request): Promise<Bytes | Response> {
  const { headers } = request;
  const { media } = settings;
  // RFC 9110 §9.3.4: a part of a representation must not be stored as the whole.
  if (headers.has("Content-Range")) return problem(400, "Send the whole, without Content-Range.");
  const contentType = headers.get("Content-Type");
  if (media.reads(contentType)) return bytesOf(settings, request);
  const charset = foreignCharset(contentType);
  const detail = charset
    ? `Send the content in UTF-8: the charset ${charset} is not read here.`
    : `Send the content as ${media.contentType}.`;
  return problem(415, detail, { headers: { Accept: media.contentType } });
}

async function bytesOf<T>({ maxBytes }: Settings<T>, request: Request): Promise<Bytes | Response> {
  const coding = request.headers.get("Content-Encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    const headers = { "Accept-Encoding": "identity" };
    return problem(415, "Send the content without a content coding.", { headers });
  }
  try {
    return (await readBytes(request, maxBytes)) ?? tooLong(maxBytes);
  } catch {
    return problem(400, "The content broke off. Nothing was changed.");
  }
}

/**
 * RFC 9110 §13.2.1: conditions come before the content, so the content is parsed inside the change, after they
 * held.
 */
function changeBy<T, V>(
  settings: Settings<T>,
  bytes: Bytes,
  parse: (bytes: Bytes) => Parsed<V>,
  next: (current: T | null, sent: V) => T,
): Change<T> {
  return async (current) => {
    const sent = parsedBy(settings, parse, bytes);
    if (sent instanceof Response) return sent;
    const value = next(current, sent);
    const { media, maxBytes } = settings;
    return lengthOf(media.format(value)) > maxBytes ? tooLong(maxBytes) : approved(settings, value, current);
  };
}

function parsedBy<T, V>(
  { read }: Settings<T>,
  parse: (bytes: Bytes) => Parsed<V>,
  bytes: Bytes,
): V | Response {
  const sent = parse(bytes);
  // null cannot be stored, and a `read` that takes members away would throw on it.
  if ("value" in sent) return read && sent.value !== null ? (read(sent.value) as V) : sent.value;
  return sent.isInvalid ? invalidValue(sent.problem) : problem(400, sent.problem);
}

function tooLong(maxBytes: number): Response {
  return problem(413, `The content may be ${maxBytes} bytes long.`);
}

function lengthOf(content: string | Uint8Array): number {
  return typeof content === "string" ? new TextEncoder().encode(content).byteLength : content.byteLength;
}

/** With `represent`, the stored octets are never sent, so they are not kept. */
function keepsOctets<T>({ represent, read }: Settings<T>): boolean {
  return represent === undefined && read === undefined;
}

/**
 * True when a GET would now send exactly the octets that the PUT sent. Only then may the answer carry a validator.
 */
function isStoredAsSent<T>(settings: Settings<T>, current: Stored<T>, sent: Bytes): boolean {
  if (settings.putValidator) return true;
  if (settings.represent) return false;
  const hasValue = "value" in current;
  // A repeat whose version was replaced is known only to a ledger, and stores with a ledger keep octets.
  if (!hasValue && !settings.read) return true;
  if (hasValue && current.octets) return isSame(current.octets, sent);
  const value = hasValue ? current.value : parsedBy<T, T>(settings, settings.media.parse, sent);
  if (value instanceof Response) return false;
  const written = settings.media.format(value);
  return isSame(typeof written === "string" ? new TextEncoder().encode(written) : written, sent);
}

/** The options that all writes share. */
function writeOf<T>(
  settings: Settings<T>,
  request: Request,
  { key }: Place,
): Omit<Write<T>, "change" | "identity"> {
  const { store, policy, codings, maxSwaps, format } = settings;
  const { signal } = request;
  return {
    ...{ request, store, key, policy, codings, format, maxSwaps, signal },
    skipValue: false,
    replaces: request.method !== "PATCH",
    mustExist: false,
  };
}

function identityIn<T>(
  { store, scope }: Settings<T>,
  request: Request,
  key: string | undefined,
  body: Uint8Array | undefined,
  location?: string,
) {
  return identityOf(store, { request, key, body, scope, location });
}

/** How a write is answered. */
interface Answering<T> {
  place: Place;
  /** True when the new representation is sent without `Prefer`, because the client cannot know it. */
  echo: boolean;
  location?: string;
  mayBeStamped?: ((current: Stored<T>) => boolean) | undefined;
}

/** Makes the write, and answers it. */
async function answered<T>(settings: Settings<T>, it: Write<T>, how: Answering<T>): Promise<Response> {
  const { request } = it;
  const { place, echo, location = pathOf(request), mayBeStamped } = how;
  const outcome = await write(it);
  if (outcome.kind === "refused") {
    return refuse(settings, request, { refusal: outcome.refusal, found: outcome.current, place });
  }
  const first = outcome.kind === "repeated" ? outcome.first : undefined;
  // A repeated POST made up another key, which it did not use.
  const isElsewhere = first?.key !== undefined && first.key !== place.key;
  const written = isElsewhere ? { key: first.key!, url: first.location ?? place.url } : place;
  const refusal = isElsewhere ? await unauthorized(settings, request, written.key) : undefined;
  if (refusal) return refusal;
  const shown = (_: T, state: Versioned<T>) => represent(settings, state, written);
  const { format } = settings;
  return answerTo(outcome, { request, echo, location, represent: shown, format, mayBeStamped });
}

/** True when no answer shows the current value, so that it need not be read. */
function skipsValue(request: Request): boolean {
  return preferredReturn(request) !== "representation";
}
