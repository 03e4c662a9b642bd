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

/** True when the response has a body. It may be empty. */
export function hasBody(response: Response): boolean {
  if (!readingChangesBodies()) return response.body !== null;
  const { body } = response.clone();
  discard(body);
  return body !== null;
}

/** Cancels the body of a response that is not sent, so that its source ends. A file is left alone. */
export function discardBody(response: Response): void {
  // A used body cannot be copied, and its reader decides when it ends.
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
 * Node writes form data into its stream even after a cancel, and that error ends the process. Form data is in memory,
 * so there is no source to end.
 */
function isFormDataOfNode({ headers }: Response): boolean {
  return headers.get("Content-Type")?.includes("boundary=----formdata-undici-") === true;
}

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}
