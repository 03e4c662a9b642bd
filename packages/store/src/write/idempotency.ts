import { hexDigest } from "../contract/digest.ts";
import { wrongArgument } from "../contract/given.ts";
import type { LedgerClaim } from "../contract/ledger.ts";
import type { VersionedStore } from "../contract/versioned-store.ts";
import { readBytes } from "../resource/body.ts";
import { parseIdempotencyKey } from "./idempotency-key.ts";
import { problem } from "./problem.ts";

/** How much of a body is read to recognise a repeated request, unless the caller has read it already. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Separates clients: the same `Idempotency-Key` under two scopes is two keys. */
export type Scope = (request: Request) => string | null | undefined | Promise<string | null | undefined>;

/** The facts that identify a request. */
interface KeyedRequest {
  request: Request;
  /** The store's key, where a repeated request must name the same one. */
  key: string | undefined;
  /** The body, if it has been read. */
  body: string | Uint8Array | undefined;
  /** Default: the `Authorization` field. */
  scope: Scope | undefined;
  /** The `Location` of the created resource, as the answer gives it. */
  location: string | undefined;
}

/** How a repeat of this write will be recognised: by the ledger, or by the version that the write made. */
export interface Identity {
  claim?: LedgerClaim;
  writeId?: string;
}

/**
 * How a repeat of this request will be recognised; a `Response` if its `Idempotency-Key` is not valid.
 *
 * Without a ledger, only the current version says which write made it. In that case only a request with If-Match is
 * recognised. The standard lets a server report success when the same change was made already, but only for
 * If-Match, not for If-None-Match. A key in a ledger identifies the request under every condition (decision 9).
 *
 * @see RFC 9110 §13.1.1
 */
export function identityOf<T>(
  store: VersionedStore<T>,
  keyed: KeyedRequest,
): Identity | Promise<Identity | Response> {
  const field = keyed.request.headers.get("Idempotency-Key");
  return field === null ? UNKEYED : keyedIdentityOf(store, field, keyed);
}

const UNKEYED: Identity = {};

async function keyedIdentityOf<T>(
  store: VersionedStore<T>,
  field: string,
  { request, key, body, scope = authorization, location }: KeyedRequest,
): Promise<Identity | Response> {
  const { headers, method } = request;
  const idempotencyKey = parseIdempotencyKey(field);
  if (idempotencyKey === null) {
    return problem(
      400,
      'Send the Idempotency-Key as one string of at most 255 ASCII characters, such as "8e03978e".',
    );
  }
  if (!store.ledger && (!headers.has("If-Match") || headers.has("If-None-Match"))) return UNKEYED;
  const content = body ?? (await bodyOf(request).catch(() => null));
  if (content === null) return problem(400, "The content broke off. Nothing was changed.");
  if (content === undefined)
    return problem(413, "The body is too long: a repeat of the request could not be recognised.");
  const { pathname, search } = new URL(request.url);
  const asked = [method, pathname + search, key ?? null, ...CONDITIONS.map((name) => headers.get(name))];
  const owned = JSON.stringify([checkedScope(await scope(request)), idempotencyKey]);
  const [id, fingerprint] = await Promise.all([digest(owned), digest(JSON.stringify(asked), content)]);
  return store.ledger ? { claim: { id, fingerprint, location } } : { writeId: `${id}.${fingerprint}` };
}

/** Some objects have no members that JSON shows. All clients would then share one scope. */
function checkedScope(scope: string | null | undefined): string {
  if (scope === null || scope === undefined) return "";
  if (typeof scope === "string") return scope;
  throw wrongArgument("The scope of a client", scope, "a string, such as the name of the user");
}

const CONDITIONS = ["If-Match", "If-None-Match", "If-Unmodified-Since", "Content-Type"];

/** Whether the current version was made by this request, by another request under the same key, or by neither. */
export function compareWriteIds(writeId: string, current: string): "same" | "misused" | "unrelated" {
  if (writeId === current) return "same";
  return idOf(writeId) === idOf(current) ? "misused" : "unrelated";
}

/**
 * The answer to a keyed request. A field says how long the key is remembered: a client that resends within that time
 * learns what happened to the first request.
 */
export function withLedgerField<T>(request: Request, store: VersionedStore<T>, response: Response): Response {
  if (!store.ledger || !request.headers.has("Idempotency-Key")) return response;
  if (response.headers.has(LEDGER_FIELD)) return response;
  const marked = new Response(response.body, response);
  marked.headers.set(LEDGER_FIELD, lifeOf(store.ledger));
  return marked;
}

const LEDGER_FIELD = "Idempotency-Ledger";

/** The same field, for an answer that has not been made yet: then no copy of the answer is needed. */
export function ledgerFields<T>(
  store: VersionedStore<T>,
  { claim }: Identity,
): Record<string, string> | undefined {
  return store.ledger && claim && { [LEDGER_FIELD]: lifeOf(store.ledger) };
}

function lifeOf({ maxAge }: { maxAge: number }): string {
  return `max-age=${maxAge}`;
}

function authorization(request: Request): string | null {
  return request.headers.get("Authorization");
}

function idOf(writeId: string): string {
  return writeId.split(".", 1)[0]!;
}

/**
 * If the caller has read the body and did not pass it on, the body cannot be read again. Its length is compared instead.
 * On Bun's server, `body` is then `null`, and `bodyUsed` is `false`.
 */
async function bodyOf(request: Request): Promise<string | Uint8Array | undefined> {
  if (request.body === null || request.bodyUsed || request.body?.locked) {
    const length = request.headers.get("Content-Length") ?? "";
    return length === "0" ? "" : length;
  }
  return readBytes(request.clone(), MAX_BYTES);
}

/** 144 bits of SHA-256, in hex. */
async function digest(...parts: (string | Uint8Array)[]): Promise<string> {
  return (await hexDigest("SHA-256", ...parts)).slice(0, 36);
}
