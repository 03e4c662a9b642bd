import { onAbort } from "./abort.ts";

/** A body that is read once from the network. Each of its readers gets a copy of all of it. */
export interface SharedBody {
  /** A stream of the whole body; `undefined` when all readers have left and the source is gone. */
  stream(signal: AbortSignal | undefined): ReadableStream<Uint8Array> | undefined;
}

export interface Sharing {
  /** The longest body that is kept. */
  maxBytes: number;
  /** Its length if it is known. A body of another length is not kept. */
  length: number | undefined;
  /**
   * True: the body is read at once, so later readers get all of it. False: it is read at the pace of its one reader.
   */
  eager: boolean;
  /** Gets the complete body, before its readers see the end. */
  keep(body: Uint8Array): Promise<void>;
}

/**
 * Reads a body once for all readers, and counts its octets. A body that turns out too long is still read, but not kept.
 */
export function sharedBody(source: ReadableStream<Uint8Array>, sharing: Sharing): SharedBody {
  const reader = source.getReader();
  const positions = new Set<{ at: number }>();
  let { eager } = sharing;
  let chunks: (Uint8Array | undefined)[] = [];
  let octets = 0;
  let isKept = true;
  let end: "open" | "complete" | "left" | { reason: unknown } = "open";
  let step: Promise<void> | undefined;

  /** Reads the next chunk or the end. All readers that wait for it share this read. */
  function next(): Promise<void> {
    step ??= read().finally(() => {
      step = undefined;
    });
    return step;
  }

  async function read(): Promise<void> {
    try {
      const { done, value } = await reader.read();
      if (done) {
        const isWhole = end === "open" && (sharing.length ?? octets) === octets;
        if (isWhole && isKept) await sharing.keep(joined(chunks, octets));
        if (end === "open") end = "complete";
        return;
      }
      chunks.push(value);
      octets += value.length;
      if (octets > sharing.maxBytes) eager = isKept = false;
    } catch (reason) {
      if (end === "open") end = { reason };
    }
  }

  async function readAll(): Promise<void> {
    while (eager && end === "open") await next();
  }

  /** Drops the chunks that all readers have passed. */
  function release(): void {
    if (isKept) return;
    const first = Math.min(...[...positions].map(({ at }) => at));
    for (let at = first - 1; at >= 0 && chunks[at]; at--) chunks[at] = undefined;
  }

  function leave(position: { at: number }, reason: unknown): void {
    positions.delete(position);
    if (positions.size > 0 || end !== "open") return;
    end = "left";
    chunks = [];
    // The source may have failed already. Then there is no source to cancel.
    reader.cancel(reason).catch(() => {});
  }

  if (eager) readAll();

  return {
    stream(signal) {
      if (end === "left" || (chunks.length > 0 && !chunks[0])) return;
      const position = { at: 0 };
      positions.add(position);
      let finish = () => {};
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            finish = onAbort(signal, (reason) => {
              controller.error(reason);
              leave(position, reason);
            });
          },
          async pull(controller) {
            while (position.at >= chunks.length && end === "open") await next();
            if (signal?.aborted) return;
            const chunk = chunks[position.at];
            if (chunk) {
              position.at++;
              release();
              return controller.enqueue(chunk.slice());
            }
            finish();
            if (typeof end === "object") controller.error(end.reason);
            else controller.close();
          },
          cancel(reason) {
            finish();
            leave(position, reason);
          },
        },
        { highWaterMark: 0 },
      );
    },
  };
}

function joined(chunks: readonly (Uint8Array | undefined)[], octets: number): Uint8Array {
  const whole = new Uint8Array(octets);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk!, at);
    at += chunk!.length;
  }
  return whole;
}
