import type { Exchange } from "./exchange.ts";

type Listener = (exchange: Exchange) => void;

/** How many exchanges a new reader of the feed is shown. */
const REMEMBERED = 30;

/** The latest exchanges of this wiki, and the readers who watch them arrive. */
export interface Feed {
  latest(): readonly Exchange[];
  /** Tells this process's readers, and those of the other processes where there are several. */
  publish(exchange: Exchange): void;
  subscribe(listener: Listener): () => void;
}

export function openFeed(): Feed {
  const latest: Exchange[] = [];
  const listeners = new Set<Listener>();
  const show = (exchange: Exchange) => {
    latest.push(exchange);
    if (latest.length > REMEMBERED) latest.shift();
    for (const listener of listeners) listener(exchange);
  };
  // Under `start:many`, the first process passes each exchange on to every other one.
  process.on("message", (message: { exchange?: Exchange }) => message.exchange && show(message.exchange));
  return {
    latest: () => latest,
    publish: (exchange) => (process.send ? process.send({ exchange }) : show(exchange)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The feed as server-sent events: the latest exchanges first, then each new one. */
export function eventStream(feed: Feed, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const event = (exchange: Exchange) => encoder.encode(`data: ${JSON.stringify(exchange)}\n\n`);
  let unsubscribe = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode("retry: 2000\n\n"));
      for (const exchange of feed.latest()) controller.enqueue(event(exchange));
      unsubscribe = feed.subscribe((exchange) => controller.enqueue(event(exchange)));
      signal.addEventListener("abort", () => unsubscribe());
    },
    cancel: () => unsubscribe(),
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
  });
}
