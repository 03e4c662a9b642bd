/** Bodies that are late or long, and one that breaks, each by the last part of its path. */
export interface Streamed {
  headers: Record<string, string>;
  /** A function makes it part by part. */
  body: string | Uint8Array<ArrayBuffer> | (() => AsyncGenerator<string | Uint8Array>);
}

let released = Promise.withResolvers<void>();
let running = 0;
const chunkSize = 1_048_576;
export const size = 32 * chunkSize;
const text = { "content-type": "text/plain" };
const small = "x".repeat(1_000);

const kinds: Record<string, () => Streamed> = {
  /** The second event is made after a request for `release`. Only a client that got the first event sends one. */
  sse: () => ({ headers: { "content-type": "text/event-stream" }, body: twoEvents() }),
  "sse-with-length": () => ({
    headers: { "content-type": "Text/Event-Stream; charset=utf-8", "content-length": "27" },
    body: twoEvents(),
  }),
  "sse-whole": () => ({ headers: { "content-type": "text/event-stream" }, body: "data: only\n\n" }),
  release: () => {
    released.resolve();
    return { headers: text, body: "released" };
  },
  endless: () => {
    async function* ticks() {
      running++;
      try {
        for (let tick = 0; ; tick++) {
          yield `${tick}\n`;
          await new Promise((later) => setTimeout(later, 10));
        }
      } finally {
        running--;
      }
    }
    return { headers: text, body: ticks };
  },
  ended: () => json(running === 0),
  big: () => ({ headers: {}, body: new Uint8Array(size).fill(7) }),
  "big-stream": () => {
    async function* chunks() {
      const chunk = new Uint8Array(chunkSize).fill(7);
      for (let sent = 0; sent < size; sent += chunkSize) yield chunk;
    }
    return { headers: {}, body: chunks };
  },
  "big-tagged": () => ({ headers: { etag: '"big"' }, body: new Uint8Array(size).fill(7) }),
  broken: () => {
    async function* chunks() {
      yield "begun";
      await new Promise((later) => setTimeout(later, 20));
      throw new Error("broken on purpose");
    }
    return { headers: text, body: chunks };
  },
  small: () => ({ headers: text, body: small }),
  "small-tagged": () => ({ headers: { ...text, etag: '"small"' }, body: small }),
  "small-stream": () => {
    async function* once() {
      yield small;
    }
    return { headers: { ...text, etag: '"small"' }, body: once };
  },
  held: () => json(bytesHeld()),
};

export function streamed(path: string): Streamed {
  return kinds[path.split("/").at(-1) ?? ""]!();
}

function twoEvents() {
  released = Promise.withResolvers();
  return async function* events() {
    yield "data: first\n\n";
    await released.promise;
    yield "data: second\n\n";
  };
}

/** The body as a Response of `fetch`. */
export function handler(request: Request): Response {
  const { headers, body } = streamed(new URL(request.url).pathname);
  return new Response(typeof body === "function" ? streamOf(body()) : body, { headers });
}

const json = (value: unknown): Streamed => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const encoder = new TextEncoder();

function streamOf(parts: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
    },
    cancel: async () => {
      await parts.return(undefined);
    },
  });
}

/** The bytes that are still held, of objects and of buffers outside the heap, once the garbage is gone. */
function bytesHeld(): number {
  const { Bun, gc } = globalThis as { Bun?: { gc(isForced: boolean): void }; gc?: () => void };
  if (Bun) Bun.gc(true);
  else gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
