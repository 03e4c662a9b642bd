import { HttpError } from "../errors.ts";
import { clearer, waitAfter } from "./another-try.ts";
import { drop, httpError } from "./content.ts";
import { fieldTag } from "./dialect.ts";
import { exchange } from "./exchange.ts";
import type { Job } from "./job.ts";
import { type Answer, type Seen, seen } from "./seen.ts";
import { LONGEST_PAUSE, pause, until } from "./waiting.ts";

/** Reads the current value. A read may be repeated, so it is tried again after a fault on the way. */
export async function readLatest<T>(job: Job<T>, url: string, fresh: boolean): Promise<Seen<T>> {
  if (fresh) await forget(job, url);
  for (let asked = 1; ; asked++) {
    const answer = await ask(job, url, fresh).catch((error: unknown) => ({ error }));
    if ("octets" in answer) {
      try {
        return await seen(job, url, answer);
      } catch (error) {
        // A kept answer that cannot be decoded would come back after each 304.
        await forget(job, url);
        throw error;
      }
    }
    job.signal?.throwIfAborted();
    const wait = waitAfter(job, url, answer.error, asked);
    if (asked >= job.maxAttempts || wait === undefined || wait > LONGEST_PAUSE)
      throw clearer(url, answer.error);
    await pause(wait, job.signal);
  }
}

/**
 * Forgets the answers that the fetch has kept. If that fails, the request's cache mode still bypasses its store.
 */
async function forget<T>({ fetch, signal }: Job<T>, url: string): Promise<void> {
  try {
    await until(signal, fetch.forget?.(url));
  } catch {
    signal?.throwIfAborted();
  }
}

async function ask<T>(job: Job<T>, url: string, fresh: boolean): Promise<Answer> {
  const headers = await job.headers();
  const init: RequestInit = { method: "GET", headers, ...(fresh && pastCaches()) };
  // Outside of a browser, this field makes caches on the way ask the server. In a browser it would cause a preflight.
  if (fresh && !inBrowser() && !headers.has("Cache-Control")) headers.set("Cache-Control", "no-cache");
  const use = async (response: Response) => {
    if (!isWhole(response)) return httpError(response, "GET", url);
    if (job.wantsValue || fieldTag(response.headers) === undefined) {
      return { response, octets: new Uint8Array(await response.arrayBuffer()) };
    }
    await drop(response);
    return { response, octets: new Uint8Array() };
  };
  const answer = await exchange<Answer | HttpError>(job, url, init, use, (error, head) => {
    throw head && !isWhole(head) ? new HttpError(head, "GET", url) : error;
  });
  if (answer instanceof HttpError) throw answer;
  return answer;
}

/** A part of a representation must not be used as the whole. */
function isWhole({ ok, status }: Response): boolean {
  return ok && status !== 206;
}

/** Some platforms refuse cache modes that they do not have. */
function pastCaches(): RequestInit {
  try {
    new Request("http://localhost", { cache: "reload" });
    return { cache: "reload" };
  } catch {
    return {};
  }
}

function inBrowser(): boolean {
  return /^Mozilla/.test(globalThis.navigator?.userAgent ?? "");
}
