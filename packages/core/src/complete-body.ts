/** A body that was read: all of it, or a stream that begins with the chunks that were read. */
type ReadBody =
  | { readonly complete: true; readonly bytes: Uint8Array }
  | { readonly complete: false; readonly stream: ReadableStream; readonly isBroken?: boolean };

/** How many microtasks the first chunk of a string or a buffer may take, and each later chunk, or the end. */
interface Pace {
  readonly first: number;
  readonly later: number;
}

const PACE: Pace = { first: 16, later: 16 };
/**
 * Deno often reads a file or a socket within two microtasks, and on a busy machine in a later turn. The end of a string
 * or a buffer comes within one, because no read is needed to find it.
 */
const PACE_OF_DENO: Pace = { first: 2, later: 1 };

/** Stops at this number of chunks: a producer that is always ready, one byte at a time, is not a complete body. */
const MAX_CHUNKS = 1024;

/**
 * Reads a body that is complete at once. It does not wait for any other.
 *
 * Each read must settle within a few microtasks. It waits for no timer and no turn of the event loop, because the
 * number of chunks in a turn depends on the load of the machine. A body that is still being produced, or is longer
 * than `maxBytes`, is returned as a stream of the same chunks, with its back-pressure, its end or its error. A longer
 * body in one piece is returned as bytes, because a runtime may send their length.
 */
export async function readIfComplete(body: ReadableStream, maxBytes: number): Promise<ReadBody> {
  const { first, later } = "Deno" in globalThis ? PACE_OF_DENO : PACE;
  return readWhile(body, maxBytes, MAX_CHUNKS, (next, i) => settlesWithin(i === 0 ? first : later, next));
}

/**
 * Reads a body whose `Content-Length` is within `maxBytes`. It waits as long as that takes. A body of another length is
 * broken: it stays a stream, so that the client can see that from the length.
 */
export async function readToEnd(body: ReadableStream, maxBytes: number, length: number): Promise<ReadBody> {
  const read = await readWhile(body, maxBytes, Number.POSITIVE_INFINITY, (_, __, size) => size <= maxBytes);
  if (!read.complete || read.bytes.byteLength === length) return read;
  return { complete: false, stream: streamOf(read.bytes) };
}

/** Not the `body` of a `Response`: of that one Deno knows the length, and would send it as the `Content-Length`. */
function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function readWhile(
  body: ReadableStream,
  maxBytes: number,
  maxChunks: number,
  mayWait: (next: Promise<unknown>, index: number, size: number) => boolean | Promise<boolean>,
): Promise<ReadBody> {
  const reader = body.getReader();
  const chunks: unknown[] = [];
  let size = 0;
  // After the first chunk it looks for the end, even if that chunk is too long.
  while ((size <= maxBytes || chunks.length === 1) && chunks.length <= maxChunks) {
    const next = reader.read();
    if (!(await mayWait(next, chunks.length, size)))
      return { complete: false, stream: resume(chunks, reader, next) };
    const chunk = await next.catch(() => undefined);
    const isBroken = chunk === undefined && chunks.length > 0;
    if (chunk === undefined)
      return { complete: false, stream: resume(chunks, reader, next, isBroken), isBroken };
    if (chunk.done) return { complete: true, bytes: join(chunks as Uint8Array[], size) };
    chunks.push(chunk.value);
    // A string or another view passes unchanged: the sender of the body decides whether it is valid.
    if (!(chunk.value instanceof Uint8Array)) break;
    size += chunk.value.byteLength;
  }
  return { complete: false, stream: resume(chunks, reader) };
}

async function settlesWithin(microtasks: number, promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let i = 0; i < microtasks && !settled; i++) await undefined;
  return settled;
}

/** A server that meets an error in the same turn as the first chunks drops these chunks, and the head with them. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** A stream of the chunks that were read and the later ones. `next` is a read that has already begun, or failed. */
function resume(
  chunks: unknown[],
  reader: ReadableStreamDefaultReader,
  next?: ReturnType<ReadableStreamDefaultReader["read"]>,
  isBroken = false,
): ReadableStream {
  let underWay = next;
  return new ReadableStream(
    {
      async pull(controller) {
        if (chunks.length > 0) return controller.enqueue(chunks.shift());
        if (isBroken) await aTurn();
        const { done, value } = await (underWay ?? reader.read());
        underWay = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
