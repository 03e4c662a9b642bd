/** A body read as far as it was there: the whole of it, or a stream that begins with what has been read. */
export type ReadBody =
  | { readonly complete: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly complete: false; readonly stream: ReadableStream<Uint8Array> };

/** The chunks of a string or a buffer are there within these many microtasks, on every runtime. */
const MICROTASKS = 16;
/** Node gives each part of a Blob, and its end, a turn or two of the event loop later. */
const TURNS = 2;
/** For the whole body, so that one that trickles in is not waited for. */
const ALL_TURNS = 32;
/** A producer that is always ready, one byte at a time, is not a complete body. */
const MAX_CHUNKS = 1024;

/**
 * Reads a body that is complete, without waiting for one that is not: what is still being produced, or goes on behind
 * `maxBytes`, comes back as a stream of the same chunks, with its back-pressure, its end or its error.
 */
export async function readIfComplete(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<ReadBody> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  const patience = { turns: ALL_TURNS };
  let isTooMuch = false;
  for (let size = 0; !isTooMuch; ) {
    const next = reader.read();
    const isSettled = await settlesSoon(next, patience);
    const chunk = isSettled ? await next.catch(() => undefined) : undefined;
    if (chunk === undefined) return { complete: false, stream: resume(chunks, reader, next) };
    if (chunk.done) return { complete: true, bytes: join(chunks, size) };
    // Judged after one chunk more: a long string comes in one, and is complete all the same.
    isTooMuch = size > maxBytes || chunks.length === MAX_CHUNKS;
    chunks.push(chunk.value);
    size += chunk.value.byteLength;
  }
  return { complete: false, stream: resume(chunks, reader) };
}

async function settlesSoon(promise: Promise<unknown>, patience: { turns: number }): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let i = 0; i < MICROTASKS && !settled; i++) await undefined;
  for (let turn = 0; turn < TURNS && patience.turns > 0 && !settled; turn++, patience.turns--) {
    await new Promise((turned) => setTimeout(turned));
  }
  return settled;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What was read and what is still to come. `next` is a read already under way. */
function resume(
  chunks: Uint8Array[],
  reader: Reader,
  next?: ReturnType<Reader["read"]>,
): ReadableStream<Uint8Array> {
  let underWay = next;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const read = chunks.shift();
        if (read !== undefined) return controller.enqueue(read);
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

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
