export type Bytes = Uint8Array<ArrayBuffer>;

/** The whole body; `undefined` if it is longer than `maxBytes`, after reading no more than that. */
export async function readBytes(request: Request, maxBytes: number): Promise<Bytes | undefined> {
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) return undefined;
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of chunksOf(request.body)) {
    length += chunk.byteLength;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return join(chunks, length);
}

/** Iterates a stream on runtimes whose streams are not iterable, too. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let whole = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    whole = true;
  } finally {
    if (!whole) reader.cancel().catch(() => {});
  }
}

function join(chunks: Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.byteLength !== other.byteLength) return false;
  for (let i = 0; i < one.byteLength; i++) if (one[i] !== other[i]) return false;
  return true;
}
