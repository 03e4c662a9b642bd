import type { Exchange } from "./exchange.ts";

type Listener = (exchange: Exchange) => void;

/** How many exchanges a new reader of the feed is shown. */
const REMEMBERED = 30;
/** How many exchanges wait for a reader that is slow. Then its stream is closed, and its browser connects again. */
const MAX_WAITING = 200;

/** The latest exchanges of this wiki, and the readers who watch them arrive. */
export interface Feed {
  latest(): readonly Exchange[];
  /** Sends an exchange to this process's readers, and to the readers of the other processes if there are several. */
  publish(exchange: Exchange): void;
  /** Calls `listener` with each new exchange, and `onEnd` when there will be no more. */
  subscribe(listener: Listener, onEnd: () => void): () => void;
  /** Ends all streams, so that the server can stop. */
  close(): void;
}

export function openFeed(): Feed {
  const latest: Exchange[] = [];
  const listeners = new Map<Listener, () => void>();
  const show = (exchange: Exchange) => {
    latest.push(exchange);
    if (latest.length > REMEMBERED) latest.shift();
    for (const listener of listeners.keys()) listener(exchange);
  };
  // Under `start:many`, the first process passes each exchange on to every other one.
  process.on("message", (message: { exchange?: Exchange }) => message.exchange && show(message.exchange));
  return {
    latest: () => latest,
    publish(exchange) {
      // The first process may be gone already while this one still answers its last requests.
      if (process.send) process.connected && process.send({ exchange }, undefined, {}, ignored);
      else show(exchange);
    },
    subscribe(listener, onEnd) {
      listeners.set(listener, onEnd);
      return () => listeners.delete(listener);
    },
    close() {
      for (const onEnd of listeners.values()) onEnd();
    },
  };
}

function ignored(): void {}

/** The feed as server-sent events: the latest exchanges first, then each new one. */
export function eventStream(feed: Feed, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const event = (exchange: Exchange) => encoder.encode(`data: ${JSON.stringify(exchange)}\n\n`);
  let unsubscribe = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const end = () => {
        unsubscribe();
        // It may be closed already.
        try {
          controller.close();
        } catch {}
      };
      controller.enqueue(encoder.encode("retry: 2000\n\n"));
      for (const exchange of feed.latest()) controller.enqueue(event(exchange));
      if (signal.aborted) return end();
      unsubscribe = feed.subscribe((exchange) => {
        // The reader may have left. The request that is reported must not fail because of that.
        if ((controller.desiredSize ?? 0) < -MAX_WAITING) return end();
        try {
          controller.enqueue(event(exchange));
        } catch {
          unsubscribe();
        }
      }, end);
      signal.addEventListener("abort", end, { once: true });
    },
    cancel: () => unsubscribe(),
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
  });
}
