export type Bytes = Uint8Array<ArrayBuffer>;

/** The whole body; `undefined` if it is longer than `maxBytes`, after reading no more than that. */
export async function readBytes(request: Request, maxBytes: number): Promise<Bytes | undefined> {
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) return undefined;
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Some runtimes have streams that cannot be iterated.
  const reader = request.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(next.value);
  }
  return join(chunks, length);
}

/** A single chunk is not copied. It may be a Buffer, whose `slice` shares memory. */
function join(chunks: Uint8Array[], length: number): Bytes {
  const [first] = chunks;
  if (first && chunks.length === 1) {
    const { buffer, byteOffset, byteLength } = first as Bytes;
    return first.constructor === Uint8Array
      ? (first as Bytes)
      : new Uint8Array(buffer, byteOffset, byteLength);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one === other) return true;
  if (one.byteLength !== other.byteLength) return false;
  for (let i = 0; i < one.byteLength; i++) if (one[i] !== other[i]) return false;
  return true;
}
