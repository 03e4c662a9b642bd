import type { Job } from "./job.ts";
import { until } from "./waiting.ts";

/**
 * Sends one request, and has its answer used within the time that one request has.
 *
 * `use` reads or drops the content, so that no connection outlives this call.
 */
export async function exchange<R>(
  job: Pick<Job<never>, "fetch" | "signal" | "timeout">,
  url: string,
  init: RequestInit,
  use: (response: Response) => Promise<R>,
): Promise<R> {
  const { signal, timeout } = job;
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  const expire = () =>
    controller.abort(new DOMException(`${url} gave no whole answer within ${timeout} ms`, "TimeoutError"));
  // A timer cannot be set for longer than 31 bits of milliseconds.
  const timer = timeout < 2 ** 31 ? setTimeout(expire, timeout) : undefined;
  signal.addEventListener("abort", abort, { once: true });
  const exchanged = async () => use(await job.fetch(url, { ...init, signal: controller.signal }));
  try {
    return await until(controller.signal, exchanged());
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
