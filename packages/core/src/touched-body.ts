/**
 * True on a runtime where reading a body changes what is sent. On Bun a string would lose its type, which Bun finds
 * when it sends it, and a file would keep the size that it has now. So only a copy is read there.
 */
export function readingChangesBodies(): boolean {
  return !new Response("").headers.has("Content-Type");
}

/**
 * True when the response holds a file that the runtime opens only when it sends it, as Bun does.
 *
 * `copy`: a clone of the response, because even an inspection fixes the size of the file.
 */
export function sendsFile(copy: Response): boolean {
  const { Bun } = globalThis as { Bun?: { inspect(value: unknown): string } };
  // Bun has no other way to distinguish a file from a stream before it is read.
  return Bun !== undefined && /^ {2}FileRef \(/m.test(Bun.inspect(copy));
}

/** A clone, or `undefined` if the body is used or has a reader. To ask for `body.locked` would touch the body. */
export function copyOf(response: Response): Response | undefined {
  try {
    return response.clone();
  } catch {
    return undefined;
  }
}

/** True when the body was read before, or has a reader, so nobody else can read it. */
export function isBodyTaken({ bodyUsed, body }: Request | Response): boolean {
  return bodyUsed || body?.locked === true;
}

/**
 * True for a body that the runtime reads in a later turn of the event loop, as a worker reads even a string. Such a body
 * gets no tag without a `Content-Length`, so it is not read: the runtime would then send it without its length.
 */
export function isReadLater(body: ReadableStream): boolean {
  if (!("WebSocketPair" in globalThis)) return false;
  try {
    // Only a body of the runtime itself gives its bytes this way. A worker has no other sign that tells it from a stream
    // of the handler.
    body.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** True when the response has a body. It may be empty. */
export function hasBody(response: Response): boolean {
  if ("Deno" in globalThis) return hasBodyOnDeno(response);
  if (!readingChangesBodies()) return response.body !== null;
  const copy = copyOf(response);
  if (copy === undefined) return true;
  discard(copy.body);
  return copy.body !== null;
}

/**
 * Deno sends a string or a buffer without its length once `body` was read. So this reads Deno's own record of the body,
 * which is complete once the fields were read.
 */
function hasBodyOnDeno(response: Response): boolean {
  const body = recordOfDeno(response)?.body;
  return (body === undefined ? response.body : body) !== null;
}

/** What Deno knows of a response. */
function recordOfDeno(response: Response): { body?: unknown; bodyDecoded?: boolean } | undefined {
  const isKey = ({ description }: symbol) => description === "response";
  const key = response.headers && Object.getOwnPropertySymbols(response).find(isKey);
  return key && (response as unknown as Record<symbol, object>)[key];
}

/**
 * True for an answer whose body Deno's `fetch` has decoded. Its `Content-Encoding` and `Content-Length` are those of
 * the coded body. Deno leaves them out when it sends this very response, but not when it sends a copy.
 */
export function isDecodedByDeno(response: Response): boolean {
  return "Deno" in globalThis && recordOfDeno(response)?.bodyDecoded === true;
}

/**
 * A response with the status and the fields of another one, for a body that is its own or was read from it. srvx, the
 * server of h3, finds the length of a body only in a response of its own class.
 */
export function copyWith(body: BodyInit | null, response: Response): Response {
  const Class = "_toNodeResponse" in response ? (response.constructor as typeof Response) : Response;
  const { status, statusText, headers } = response;
  const copy = new Class(body, { status, statusText, headers });
  if (isDecodedByDeno(response))
    for (const name of ["Content-Encoding", "Content-Length"]) copy.headers.delete(name);
  return copy;
}

/**
 * Cancels the body of a response that is not sent, so that its source ends. A file is left alone.
 *
 * @example
 * const response = new Response(new ReadableStream());
 * discardBody(response);
 * response.bodyUsed; // true
 */
export function discardBody(response: Response): void {
  // A body that has a reader cannot be copied, and its reader decides when it ends.
  if (response.bodyUsed || isFormDataOfNode(response)) return;
  if (readingChangesBodies()) {
    const copy = copyOf(response);
    if (copy === undefined) return;
    const isFile = sendsFile(copy);
    discard(copy.body);
    if (isFile) return;
  }
  discard(response.body);
}

/**
 * Node writes form data into its stream even after a cancel, and that error ends the process. Form data is in memory,
 * so there is no source to end.
 */
function isFormDataOfNode({ headers }: Response): boolean {
  return headers.get("Content-Type")?.includes("boundary=----formdata-undici-") === true;
}

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}
