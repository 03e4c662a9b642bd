/** Bodies that are not there at once, or not small, and one that breaks; each by the last part of the path. */
let released = Promise.withResolvers<void>();
const endless = { isEnded: false };
const encoder = new TextEncoder();
const chunkSize = 1_048_576;
export const size = 32 * chunkSize;

export const kinds: Record<string, () => Response> = {
  /** The second event is made when somebody has asked for `release`, who can only know of it by the first. */
  sse: () => {
    released = Promise.withResolvers();
    const events = async function* () {
      yield "data: first\n\n";
      await released.promise;
      yield "data: second\n\n";
    };
    return new Response(streamOf(events()), { headers: { "content-type": "text/event-stream" } });
  },
  release: () => {
    released.resolve();
    return new Response("released");
  },
  endless: () => {
    endless.isEnded = false;
    const ticks = async function* () {
      try {
        for (let tick = 0; ; tick++) {
          yield `${tick}\n`;
          await new Promise((later) => setTimeout(later, 10));
        }
      } finally {
        endless.isEnded = true;
      }
    };
    return new Response(streamOf(ticks()), { headers: { "content-type": "text/plain" } });
  },
  ended: () => Response.json(endless.isEnded),
  big: () => new Response(new Uint8Array(size).fill(7)),
  "big-stream": () => {
    const chunk = new Uint8Array(chunkSize).fill(7);
    return new Response(
      new ReadableStream({
        start: (controller) => {
          for (let sent = 0; sent < size; sent += chunkSize) controller.enqueue(chunk);
          controller.close();
        },
      }),
    );
  },
  "big-tagged": () => new Response(new Uint8Array(size).fill(7), { headers: { etag: '"big"' } }),
  broken: () => {
    const chunks = async function* () {
      yield "begun";
      await new Promise((later) => setTimeout(later, 20));
      throw new Error("broken on purpose");
    };
    return new Response(streamOf(chunks()), { headers: { "content-type": "text/plain" } });
  },
};

export const handler = (request: Request): Response =>
  (kinds[new URL(request.url).pathname.split("/").at(-1) ?? ""] ?? Response.error)();

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await texts.return(undefined);
    },
  });
}
