/**
 * True where to read a body is to change what is sent, as on Bun. A string would lose the type that Bun finds when it
 * sends it, and a file would keep for ever the size that it has now. So there only a copy is ever read.
 */
export function readingChangesBodies(): boolean {
  return !new Response("").headers.has("Content-Type");
}

/**
 * True when the response sends a file by itself, as on Bun, which opens the file only when it sends it.
 *
 * `copy`: a clone of the response, because to look into a response is to touch it.
 */
export function sendsFile(copy: Response): boolean {
  const { Bun } = globalThis as { Bun?: { inspect(value: unknown): string } };
  // Bun has no other way to tell a file from a stream before it is read.
  return Bun !== undefined && /^ {2}FileRef \(/m.test(Bun.inspect(copy));
}

/** True when the response has a body. It may be empty. */
export function hasBody(response: Response): boolean {
  if (!readingChangesBodies()) return response.body !== null;
  const { body } = response.clone();
  discard(body);
  return body !== null;
}

/** Cancels the body of a response that is not sent, so that its source ends. A file is left alone. */
export function discardBody(response: Response): void {
  // A body that somebody else reads cannot be copied, and is not ours to cancel.
  if (response.bodyUsed || isFormDataOfNode(response)) return;
  if (readingChangesBodies()) {
    const copy = response.clone();
    const isFile = sendsFile(copy);
    discard(copy.body);
    if (isFile) return;
  }
  discard(response.body);
}

/**
 * Node goes on to write form data into a stream that was cancelled, which ends the process. Form data is in memory, so
 * it has no source that must end.
 */
function isFormDataOfNode({ headers }: Response): boolean {
  return headers.get("Content-Type")?.includes("boundary=----formdata-undici-") === true;
}

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}
