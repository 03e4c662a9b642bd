import type { Job } from "./job.ts";

/**
 * Sends one request and uses its answer, both within the time limit of one request.
 *
 * `use` reads or drops the content, so that no connection outlives this call. If no complete answer comes, `otherwise`
 * gets the error, and the head if it came: a refusal counts even if its content never ends.
 */
export async function exchange<R>(
  job: Pick<Job<never>, "fetch" | "signal" | "timeout">,
  url: string,
  init: RequestInit,
  use: (response: Response) => Promise<R>,
  otherwise: (error: unknown, head: Response | undefined) => R,
): Promise<R> {
  const { signal, timeout } = job;
  signal?.throwIfAborted();
  const controller = new AbortController();
  let head: Response | undefined;
  const exchanged = async () => {
    const given = await job.fetch(url, { ...init, signal: controller.signal });
    // `Response.error()` has the status 0. So has a redirect that is not followed, but that is an answer.
    if (!(given?.status > 0) && given?.type !== "opaqueredirect")
      throw new TypeError("`fetch` returned no response");
    head = given;
    return use(head);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = () => {};
  try {
    return await new Promise<R>((resolve, reject) => {
      // A `fetch` that ignores its signal must not keep the caller waiting.
      const end = (reason: unknown) => {
        controller.abort(reason);
        reject(reason);
      };
      const expire = () =>
        end(new DOMException(`${url} gave no complete answer within ${timeout} ms`, "TimeoutError"));
      // A timer of more than 31 bits of milliseconds would fire at once.
      if (timeout < 2 ** 31) timer = setTimeout(expire, timeout);
      abort = () => end(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      exchanged().then(resolve, reject);
    });
  } catch (error) {
    signal?.throwIfAborted();
    const given = head as Response | undefined;
    given?.body?.cancel().catch(() => {});
    return otherwise(error, given);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
