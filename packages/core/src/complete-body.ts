/** A body that was read: the whole of it, or a stream that begins with the chunks that were read. */
export type ReadBody =
  | { readonly complete: true; readonly bytes: Uint8Array }
  | { readonly complete: false; readonly stream: ReadableStream };

/** The chunks of a string or a buffer arrive within these many microtasks, on every runtime. */
const MICROTASKS = 16;
/** A producer that is always ready, one byte at a time, is not a complete body. */
const MAX_CHUNKS = 1024;

/**
 * Reads a body that is complete at once, without waiting for one that is not.
 *
 * Each read has to settle within a few microtasks. No timer and no turn of the event loop is waited for, since how much
 * arrives in a turn depends on the load of the machine. A body that is still being produced, or is longer than
 * `maxBytes`, comes back as a stream of the same chunks, with its back-pressure, its end or its error.
 */
export async function readIfComplete(body: ReadableStream, maxBytes: number): Promise<ReadBody> {
  return readWhile(body, maxBytes, MAX_CHUNKS, settlesSoon);
}

/** Reads a body whose length is known to be within `maxBytes`, and waits for it as long as it takes. */
export async function readToEnd(body: ReadableStream, maxBytes: number): Promise<ReadBody> {
  return readWhile(body, maxBytes, Number.POSITIVE_INFINITY, () => true);
}

async function readWhile(
  body: ReadableStream,
  maxBytes: number,
  maxChunks: number,
  mayWait: (next: Promise<unknown>) => boolean | Promise<boolean>,
): Promise<ReadBody> {
  const reader = body.getReader();
  const chunks: unknown[] = [];
  for (let size = 0; size <= maxBytes && chunks.length <= maxChunks; ) {
    const next = reader.read();
    const chunk = (await mayWait(next)) ? await next.catch(() => undefined) : undefined;
    if (chunk === undefined) return { complete: false, stream: resume(chunks, reader, next) };
    if (chunk.done) return { complete: true, bytes: join(chunks as Uint8Array[], size) };
    chunks.push(chunk.value);
    // A string or another view is for whoever sends the body to judge: it passes as it is.
    if (!(chunk.value instanceof Uint8Array)) break;
    size += chunk.value.byteLength;
  }
  return { complete: false, stream: resume(chunks, reader) };
}

async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let i = 0; i < MICROTASKS && !settled; i++) await undefined;
  return settled;
}

/** The chunks that were read and those still to come. `next` is a read already under way. */
function resume(
  chunks: unknown[],
  reader: ReadableStreamDefaultReader,
  next?: ReturnType<ReadableStreamDefaultReader["read"]>,
): ReadableStream {
  let underWay = next;
  return new ReadableStream(
    {
      async pull(controller) {
        if (chunks.length > 0) return controller.enqueue(chunks.shift());
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
