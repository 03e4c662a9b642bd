import { setTimeout as pause } from "node:timers/promises";

/** Requests and bodies for the tests of `conditional`. */

export const get = (headers: HeadersInit = {}, method = "GET"): Request =>
  new Request("https://example.com/", { method, headers });

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Rejects instead of hanging. */
export async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  const timer = new AbortController();
  const late = pause(10_000, undefined, { signal: timer.signal }).then(() =>
    Promise.reject(new Error(`${what}: too late`)),
  );
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/** A body whose chunks are all there at its first read. */
export function chunks(...parts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(bytes(part));
      controller.close();
    },
  });
}

/** A body that makes each chunk at once when it is requested. `undefined`: the end. */
export function ready(next: () => Uint8Array | undefined, cancel?: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    ...(cancel && { cancel }),
  });
}
