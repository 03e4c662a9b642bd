import { replaced } from "./answer.ts";
import { type Forwarded, report } from "./event.ts";
import type { Serve } from "./flights.ts";
import { isStorable, keep, mayServeOthers, type Read } from "./keeping.ts";
import { sharedBody } from "./shared-body.ts";

/**
 * Passes on an answer of the server, keeps it where that is allowed, and shares its body if the length is known and
 * short.
 */
export async function deliver(
  read: Read,
  response: Response,
  fwd: Forwarded,
  isJoined: () => boolean,
  detail?: string,
): Promise<Serve> {
  const { maxEntryBytes: maxBytes } = read.settings;
  const length = lengthOf(response.headers);
  const isShort = length !== undefined && length <= maxBytes;
  const stored = isStorable(read, response) && (isShort || length === undefined);
  const happened = { fwd, fwdStatus: response.status, ...(stored && { stored }), ...(detail && { detail }) };
  report(read, happened, response);

  const mayBeShared = mayServeOthers(response) && isMakeable(response);
  const isShared = isShort && mayBeShared && (stored || isJoined());
  if (read.call.method === "HEAD" || !response.body) {
    if (stored) await keep(read, response, new Uint8Array(0));
    return mayBeShared ? () => replaced(response, null) : once(() => response);
  }
  if (!stored && !isShared) return once((signal) => linked(response, signal));
  const body = sharedBody(response.body, {
    maxBytes,
    // The length counts the octets as they were sent, but the body comes decoded.
    length: response.headers.has("Content-Encoding") ? undefined : length,
    eager: isShared,
    keep: async (octets) => {
      if (stored) await keep(read, response, octets);
    },
  });
  const serve: Serve = (signal) => {
    const stream = body.stream(signal);
    return stream && replaced(response, stream);
  };
  return isShared ? serve : once(serve);
}

/** Serves the first caller, and no other. */
function once(serve: Serve): Serve {
  let isTaken = false;
  return (signal) => {
    if (isTaken) return;
    isTaken = true;
    return serve(signal);
  };
}

/** The answer as it is, ended by the caller's own signal, because the request was sent with another signal. */
function linked(response: Response, signal: AbortSignal | undefined): Response | undefined {
  if (!signal || !response.body || !isMakeable(response)) return response;
  const body = sharedBody(response.body, {
    maxBytes: 0,
    length: undefined,
    eager: false,
    keep: async () => {},
  });
  return replaced(response, body.stream(signal)!);
}

/** True when `new Response` accepts this status. */
function isMakeable({ status }: Response): boolean {
  return status >= 200 && status <= 599;
}

function lengthOf(headers: Headers): number | undefined {
  const text = headers.get("Content-Length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
