import { readBytes } from "./body.ts";
import { type Parsed, parseJson } from "./json.ts";
import { isOneOf } from "./media.ts";
import { mergePatch } from "./merge-patch.ts";
import { pathOf } from "./mutate.ts";
import { preferredReturn } from "./prefer.ts";
import { notFound, problem } from "./problem.ts";
import { markOf } from "./replay.ts";
import { refuse, represent } from "./representation.ts";
import type { Settings } from "./settings.ts";
import { success } from "./success.ts";
import { type Change, type Write, write } from "./write.ts";

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
  const mark = await markOf(request, key, bytes);
  return write({
    ...writeOf(settings, request, key),
    change,
    mark: mark ?? undefined,
    blind: isBlind(request) && !validate,
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
  const mark = await markOf(request, key, bytes);
  return write({
    ...writeOf(settings, request, key, true),
    change,
    mark: mark ?? undefined,
    whereNothingIs: notFound,
  });
}

/** DELETE. A second one finds nothing: 404, which is what the client of a lost answer wants to know. */
export function remove<T>(settings: Settings<T>, request: Request, key: string): Promise<Response> {
  const change = () => null;
  return write({
    ...writeOf(settings, request, key),
    change,
    blind: isBlind(request),
    whereNothingIs: notFound,
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

/** What all writes have in common. `echo`: the client cannot know the new representation unless it is sent. */
function writeOf<T>(
  settings: Settings<T>,
  request: Request,
  key: string,
  echo = false,
): Omit<Write<T>, "change"> {
  const { store, policy, codings, maxSwaps } = settings;
  const shown = {
    request,
    echo,
    location: pathOf(request),
    represent: (value: T) => represent(settings, value),
  };
  return {
    request,
    store,
    key,
    policy,
    codings,
    maxSwaps,
    signal: request.signal,
    mark: undefined,
    blind: false,
    refuse: (refusal, found) => refuse(settings, request, refusal, found),
    succeed: (current, created) => success(shown, current, created),
  };
}

/** No answer of a write shows the current value, unless the client prefers that. */
function isBlind(request: Request): boolean {
  return preferredReturn(request) !== "representation";
}
