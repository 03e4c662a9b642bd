import { mergePatch } from "../merge-patch.ts";
import { pathOf } from "../mutate.ts";
import { answerTo } from "../write/answer.ts";
import { identityOf } from "../write/idempotency.ts";
import { preferredReturn } from "../write/prefer.ts";
import { problem } from "../write/problem.ts";
import { type Change, type Write, write } from "../write/write.ts";
import { readBytes } from "./body.ts";
import { type Parsed, parseJson } from "./json.ts";
import { isOneOf } from "./media.ts";
import { refuse, represent } from "./representation.ts";
import type { Settings } from "./settings.ts";

/** The only kind of patch that is understood. @see RFC 7396 */
export const PATCH_TYPE = "application/merge-patch+json";

/** PUT: the body is the next value. */
export async function put<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> {
  const { headers } = request;
  const { media, validate } = settings;
  // RFC 9110 §9.3.4: a part of a representation must not be stored as the whole.
  if (headers.has("Content-Range")) return problem(400, "Send the whole, without Content-Range.");
  if (!media.reads(headers.get("Content-Type"))) {
    return problem(415, `Send the content as ${media.contentType}.`, { Accept: media.contentType });
  }
  const bytes = await bytesOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const change = changeBy<T, T>(settings, bytes, media.parse, (_, sent) => sent);
  const identity = await identityIn(settings, request, key, bytes);
  if (identity instanceof Response) return identity;
  return answered(settings, false, {
    ...writeOf(settings, request, key),
    change,
    octets: bytes,
    identity,
    skipValue: skipsValue(request) && !validate,
  });
}

/** PATCH: the body says what changes. Nothing there: nothing to change, whatever the conditions say. */
export async function patch<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> {
  const contentType = request.headers.get("Content-Type");
  if (contentType === null || !isOneOf(contentType, [PATCH_TYPE])) {
    return problem(415, `Send a JSON Merge Patch (RFC 7396), as ${PATCH_TYPE}.`, {
      "Accept-Patch": PATCH_TYPE,
    });
  }
  const bytes = await bytesOf(settings, request);
  if (bytes instanceof Response) return bytes;
  const change = changeBy<T, unknown>(
    settings,
    bytes,
    parseJson,
    (current, sent) => mergePatch(current, sent) as T,
  );
  const identity = await identityIn(settings, request, key, bytes);
  if (identity instanceof Response) return identity;
  return answered(settings, true, {
    ...writeOf(settings, request, key),
    change,
    identity,
    mustExist: true,
  });
}

/** DELETE. Without a key, a second one finds nothing: 404, which is what the client of a lost answer wants to know. */
export async function remove<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> {
  const identity = await identityIn(settings, request, key, undefined);
  if (identity instanceof Response) return identity;
  return answered(settings, false, {
    ...writeOf(settings, request, key),
    change: () => null,
    identity,
    skipValue: skipsValue(request),
    mustExist: true,
  });
}

async function bytesOf<T>(
  { maxBytes }: Settings<T>,
  request: Request,
): Promise<Uint8Array<ArrayBuffer> | Response> {
  const coding = request.headers.get("Content-Encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    return problem(415, "Send the content without a content coding.", { "Accept-Encoding": "identity" });
  }
  return (await readBytes(request, maxBytes)) ?? problem(413, `The content may be ${maxBytes} bytes long.`);
}

/** RFC 9110 §13.2.1: conditions come before the content is looked at, so it is parsed in the change, after them. */
function changeBy<T, V>(
  settings: Settings<T>,
  bytes: Uint8Array<ArrayBuffer>,
  parse: (bytes: Uint8Array<ArrayBuffer>) => Parsed<V>,
  next: (current: T | null, sent: V) => T,
): Change<T> {
  return (current) => {
    const sent = parse(bytes);
    return "problem" in sent
      ? problem(400, sent.problem)
      : approved(settings, next(current, sent.value), current);
  };
}

/** The value, or why it may not be stored. */
async function approved<T>({ validate }: Settings<T>, value: T, current: T | null): Promise<T | Response> {
  if (value === null) return problem(422, "null cannot be stored. Send DELETE to remove what is here.");
  const verdict = await validate?.(value, current);
  if (verdict === undefined || verdict === true) return value;
  if (verdict === false) return problem(422, "The content is well-formed, but not valid here.");
  return typeof verdict === "string" ? problem(422, verdict) : verdict;
}

/** What all writes have in common. */
function writeOf<T>(
  settings: Settings<T>,
  request: Request,
  key: string,
): Omit<Write<T>, "change" | "identity"> {
  const { store, policy, codings, maxSwaps } = settings;
  const { signal } = request;
  return {
    request,
    store,
    key,
    policy,
    codings,
    maxSwaps,
    signal,
    skipValue: false,
    mustExist: false,
  };
}

function identityIn<T>(
  { store, scope }: Settings<T>,
  request: Request,
  key: string,
  body: Uint8Array | undefined,
) {
  return identityOf(store, { request, key, body, scope, location: undefined });
}

/** Makes the write, and answers it. `echo`: the client cannot know the new representation unless it is sent. */
async function answered<T>(settings: Settings<T>, echo: boolean, it: Write<T>): Promise<Response> {
  const { request } = it;
  const outcome = await write(it);
  if (outcome.kind === "refused") return refuse(settings, request, outcome.refusal, outcome.current);
  const shown = (value: T) => represent(settings, value);
  return answerTo(outcome, { request, echo, location: pathOf(request), represent: shown });
}

/** No answer of a write shows the current value, unless the client prefers that. */
function skipsValue(request: Request): boolean {
  return preferredReturn(request) !== "representation";
}
