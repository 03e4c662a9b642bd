import { encodeText } from "../contract/codec.ts";
import type { Versioned, VersionInfo } from "../contract/versioned-store.ts";
import { mergePatch } from "../merge-patch.ts";
import { answerTo } from "../write/answer.ts";
import { type Identity, identityOf, ledgerFields } from "../write/idempotency.ts";
import type { FirstOutcome } from "../write/outcome.ts";
import { preferredReturn } from "../write/prefer.ts";
import { problem } from "../write/problem.ts";
import { type Change, type Write, write } from "../write/write.ts";
import { approved, unauthorized } from "./approval.ts";
import { type Bytes, isSame } from "./body.ts";
import { bytesOf, changeBy, contentOf, foreignCharsetRefused, parsedBy } from "./content.ts";
import { parseJson } from "./json.ts";
import { isOneOf } from "./media.ts";
import { newPlace } from "./new-place.ts";
import { type Place, refuse, represent } from "./representation.ts";
import type { Settings } from "./settings.ts";
import type { Collection } from "./target.ts";

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
  const it = writeOf(settings, request, place, {
    change,
    octets: keepsOctets(settings) ? bytes : undefined,
    identity,
    skipValue: skipsValue(request) && !settings.validate,
    mustExist: settings.mustExist,
  });
  const mayHaveValidators = isPut
    ? (current: Stored<T>, first?: FirstOutcome) => isStoredAsSent(settings, current, bytes, first)
    : undefined;
  return writeAndAnswer(settings, it, { place, echo: settings.represent !== undefined, mayHaveValidators });
}

/** PATCH: the body describes the change. An absent resource gets a 404, whatever the conditions are. */
export async function patch<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const contentType = request.headers.get("Content-Type");
  if (contentType === null || !isOneOf(contentType, [PATCH_TYPE])) {
    const headers = { "Accept-Patch": PATCH_TYPE };
    return (
      foreignCharsetRefused(contentType, headers) ??
      problem(415, `Send a JSON Merge Patch (RFC 7396), as ${PATCH_TYPE}.`, { headers })
    );
  }
  const bytes = await bytesOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const merge = (current: T | null, sent: unknown) => mergePatch(current, sent) as T;
  const change = changeBy<T, unknown>(settings, bytes, parseJson, merge);
  const identity = await identityIn(settings, request, place.key, bytes);
  if (identity instanceof Response) return identity;
  const it = writeOf(settings, request, place, { change, identity, skipValue: false, mustExist: true });
  return writeAndAnswer(settings, it, { place, echo: true });
}

/**
 * DELETE. Without an `Idempotency-Key`, a second DELETE gets a 404. It tells a client whose first answer was lost that
 * the resource is gone.
 */
export async function remove<T>(settings: Settings<T>, request: Request, place: Place): Promise<Response> {
  const identity = await identityIn(settings, request, place.key, undefined);
  if (identity instanceof Response) return identity;
  const skipValue = skipsValue(request);
  const it = writeOf(settings, request, place, { change: () => null, identity, skipValue, mustExist: true });
  return writeAndAnswer(settings, it, { place, echo: false });
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
  const identity = await identityIn(settings, request, undefined, bytes, place.url());
  if (identity instanceof Response) return identity;
  const change: Change<T> = (current) =>
    current === null
      ? approved(settings, parsed, null)
      : problem(409, "A member with this key exists already.");
  // A client cannot know a version of a new member, so no condition is required.
  const policy = { ...settings.policy, require: false };
  const octets = keepsOctets(settings) ? bytes : undefined;
  const own = { change, octets, identity, skipValue: false, mustExist: false };
  const it = { ...writeOf(settings, request, place, own), policy };
  return writeAndAnswer(settings, it, {
    place,
    echo: settings.represent !== undefined,
    location: place.url(),
  });
}

type Stored<T> = Versioned<T> | VersionInfo;

/** With `represent`, the stored octets are never sent, so they are not kept. */
function keepsOctets<T>({ represent, read }: Settings<T>): boolean {
  return represent === undefined && read === undefined;
}

/**
 * True when a GET would now send exactly the octets that the PUT sent. Only then may the answer carry a validator.
 */
function isStoredAsSent<T>(
  settings: Settings<T>,
  current: Stored<T>,
  sent: Bytes,
  first: FirstOutcome | undefined,
): boolean {
  // A departure from §9.3.4, off by default (decision 3).
  if (settings.putValidator) return true;
  if (settings.represent) return false;
  const hasValue = "value" in current;
  // A repeat whose value was not read is known only to a ledger. Stores with a ledger keep octets, or say that they
  // had no room for them.
  if (!hasValue && !settings.read && !first?.lacksOctets) return true;
  // By the contract of a store, octets come back as they were sent, or not at all.
  if (hasValue && current.octets) return true;
  const value = hasValue ? current.value : parsedBy<T, T>(settings, settings.media.parse, sent);
  if (value instanceof Response) return false;
  const written = settings.media.format(value);
  return isSame(typeof written === "string" ? encodeText(written) : written, sent);
}

/** The parts in which the writes differ. */
type OwnOptions<T> = Pick<Write<T>, "change" | "octets" | "identity" | "skipValue" | "mustExist">;

function writeOf<T>(
  { store, policy, codings, maxSwaps, format }: Settings<T>,
  request: Request,
  { key }: Place,
  { change, octets, identity, skipValue, mustExist }: OwnOptions<T>,
): Write<T> {
  return {
    request,
    store,
    key,
    change,
    policy,
    codings,
    format,
    maxSwaps,
    signal: request.signal,
    identity,
    octets,
    skipValue,
    replaces: request.method !== "PATCH",
    mustExist,
  };
}

function identityIn<T>(
  { store, scope }: Settings<T>,
  request: Request,
  key: string | undefined,
  body: Uint8Array | undefined,
  location?: string,
): Identity | Response | Promise<Identity | Response> {
  return identityOf(store, { request, key, body, scope, location });
}

/** How a write is answered. */
interface Answering<T> {
  place: Place;
  /** True when the new representation is sent without `Prefer`, because the client cannot know it. */
  echo: boolean;
  location?: string;
  mayHaveValidators?: ((current: Stored<T>, first?: FirstOutcome) => boolean) | undefined;
}

/** Makes the write, and answers it. */
async function writeAndAnswer<T>(settings: Settings<T>, it: Write<T>, how: Answering<T>): Promise<Response> {
  const { request } = it;
  const { place, echo, location, mayHaveValidators } = how;
  const outcome = await write(it);
  if (outcome.kind === "refused") {
    return refuse(settings, request, { refusal: outcome.refusal, found: outcome.current, place });
  }
  const first = outcome.kind === "repeated" ? outcome.first : undefined;
  // A repeated POST made up another key, which it did not use.
  const isElsewhere = first?.key !== undefined && first.key !== place.key;
  const written = isElsewhere ? { key: first.key!, url: () => first.location ?? place.url() } : place;
  const refusal = isElsewhere ? await unauthorized(settings, request, written.key) : undefined;
  if (refusal) return refusal;
  const shown = (_: T, state: Versioned<T>) => represent(settings, state, written);
  return answerTo(outcome, {
    request,
    represent: shown,
    echo,
    location,
    format: settings.format,
    fields: ledgerFields(settings.store, it.identity),
    mayHaveValidators: mayHaveValidators && ((current) => mayHaveValidators(current, first)),
  });
}

/** True when no answer shows the current value, so that it need not be read. */
function skipsValue(request: Request): boolean {
  return preferredReturn(request) !== "representation";
}
