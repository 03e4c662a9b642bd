import type { StoredResponse } from "../response-store.ts";
import { isMakeable, replaced } from "./answer.ts";
import type { Forwarded } from "./cache-event.ts";
import type { Serve } from "./flights.ts";
import { isStorable, keep, mayServeOthers, type Read } from "./keeping.ts";
import { report } from "./report.ts";
import { markStale } from "./revalidated.ts";
import { type SharedBody, sharedBody } from "./shared-body.ts";

/**
 * Passes on an answer of the server. Keeps it if that is allowed, and shares its body if its length is known and
 * short.
 */
export async function deliver(
  read: Read,
  response: Response,
  fwd: Forwarded,
  chosen: StoredResponse | undefined,
  isJoined: () => boolean,
  detail?: string,
): Promise<Serve> {
  const { maxEntryBytes } = read.settings;
  const length = lengthOf(response.headers);
  const isShort = length !== undefined && length <= maxEntryBytes;
  const stored = isStorable(read, response) && (isShort || length === undefined);
  report(
    read,
    { fwd, fwdStatus: response.status, ...(stored && { stored }), ...(detail && { detail }) },
    response,
  );

  // `fresh` must not use the older answer again. This one may not be kept in its place: its body may turn out too long,
  // or not be read to its end.
  if (chosen && (!stored || read.settings.fresh) && replaces(read, response)) await markStale(read, chosen);

  const isEmpty = read.call.method === "HEAD" || !response.body;
  const isShared =
    isMakeable(response.status) &&
    mayServeOthers(response) &&
    (isEmpty || (isShort && (stored || isJoined())));
  if (isEmpty && stored) await keep(read, response, new Uint8Array());
  let body: SharedBody | undefined;
  const serve: Serve = (signal) => {
    if (isEmpty) return isShared ? replaced(response, null) : response;
    // The request was sent with another signal, so the caller's own signal ends the body here.
    if (!stored && !isShared && !(signal && isMakeable(response.status))) return response;
    body ??= sharedBody(response.body!, {
      maxBytes: stored || isShared ? maxEntryBytes : 0,
      // `Content-Length` counts the octets that were sent, but `body` has the decoded octets.
      length: response.headers.has("Content-Encoding") ? undefined : length,
      eager: isShared,
      keep: async (octets) => {
        if (stored) await keep(read, response, octets);
      },
    });
    const stream = body.stream(signal);
    return stream && replaced(response, stream);
  };
  return isShared ? serve : once(serve);
}

/** True when the kept answer is no longer the current one. Other errors may be temporary. */
function replaces({ call }: Read, { ok, status }: Response): boolean {
  return call.method !== "HEAD" && ((ok && status !== 206) || status === 404 || status === 410);
}

/** Serves only the first caller. */
function once(serve: Serve): Serve {
  let isTaken = false;
  return (signal) => {
    if (isTaken) return;
    isTaken = true;
    return serve(signal);
  };
}

function lengthOf(headers: Headers): number | undefined {
  const text = headers.get("Content-Length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
