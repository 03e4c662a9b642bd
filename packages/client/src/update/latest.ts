import { HttpError } from "../errors.ts";
import { drop, httpError } from "./content.ts";
import { fieldTag, says, tagOf } from "./dialect.ts";
import { exchange } from "./exchange.ts";
import type { Job } from "./job.ts";
import type { Snapshot } from "./snapshot.ts";
import { LONGEST_PAUSE, pause, retryAfter, until } from "./waiting.ts";

/** The value that was read, and the answer that it came in. */
export interface Seen<T> {
  snapshot: Snapshot<T>;
  response: Response;
  /** Decodes the value again, because a recipe may have changed the one that it was given. */
  again: () => T | Promise<T>;
}

interface Answer {
  response: Response;
  octets: Uint8Array<ArrayBuffer>;
}

/** Reads the current value. A read may be repeated, so it is tried again after a fault on the way. */
export async function read<T>(job: Job<T>, url: string, fresh: boolean): Promise<Seen<T>> {
  if (fresh) await forget(job, url);
  for (let asked = 1; ; asked++) {
    const answer = await ask(job, url, fresh).catch((error: unknown) => error);
    if (isAnswer(answer)) return seen(job, url, answer);
    job.signal?.throwIfAborted();
    const wait = waitAfter(job, url, answer, asked);
    if (asked >= job.maxAttempts || wait === undefined || wait > LONGEST_PAUSE) throw answer;
    await pause(wait, job.signal);
  }
}

/** Forgets what the fetch has kept. If that fails, the mode of the request passes by its store all the same. */
async function forget<T>({ fetch, signal }: Job<T>, url: string): Promise<void> {
  try {
    await until(signal, fetch.forget?.(url));
  } catch {
    signal?.throwIfAborted();
  }
}

async function ask<T>(job: Job<T>, url: string, fresh: boolean): Promise<Answer | HttpError> {
  const headers = await job.headers();
  const init: RequestInit = { method: "GET", headers, ...(fresh && pastCaches()) };
  // Outside of a browser, this field tells caches on the way. In a browser it would need the permission of a preflight.
  if (fresh && !inBrowser() && !headers.has("Cache-Control")) headers.set("Cache-Control", "no-cache");
  const use = async (response: Response) => {
    if (!isWhole(response)) return httpError(response, "GET", url);
    if (job.wantsValue || fieldTag(response.headers) === undefined) {
      return { response, octets: new Uint8Array(await response.arrayBuffer()) };
    }
    await drop(response);
    return { response, octets: new Uint8Array() };
  };
  return exchange<Answer | HttpError>(job, url, init, use, (error, head) => {
    if (head && !isWhole(head)) return new HttpError(head, "GET", url);
    throw error;
  });
}

/** A part of a representation must not be taken for the whole. */
function isWhole({ ok, status }: Response): boolean {
  return ok && status !== 206;
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === "object" && answer !== null && "octets" in answer;
}

/** How long to wait before the read is tried again; `undefined` if it would fail again. */
function waitAfter<T>(
  { dialect, backoff }: Job<T>,
  url: string,
  error: unknown,
  asked: number,
): number | undefined {
  if (!(error instanceof HttpError)) return isMistake(url, error) ? undefined : backoff(asked);
  const { response, status } = error;
  if (says(dialect.again, [429, 503], response)) return retryAfter(response) ?? backoff(asked);
  return status === 502 || status === 504 ? backoff(asked) : undefined;
}

/** A url or an option that `fetch` cannot use: another try would fail, too. */
function isMistake(url: string, error: unknown): boolean {
  // No `instanceof TypeError`: Jest gives each test file its own `TypeError`, and `fetch` throws the original one.
  const { name, message, cause } = error as Error & { cause?: Error };
  if (name !== "TypeError") return false;
  const isFinal = /^(bad port|unknown scheme|redirect count exceeded)$/.test(cause?.message ?? "");
  return isFinal || /^Cannot /.test(message) || isUnsendable(url, error);
}

/** Whether `fetch` refused the url before it sent anything: a Request of it fails in the same words. */
export function isUnsendable(url: string, error: unknown): boolean {
  try {
    new Request(url);
    return false;
  } catch (refusal) {
    return (refusal as Error).message === (error as Error | undefined)?.message;
  }
}

async function seen<T>(job: Job<T>, url: string, { response, octets }: Answer): Promise<Seen<T>> {
  const again = () => decoded(job, response, octets);
  const value = await valueFor(job, url, response, again);
  return {
    snapshot: snapshotOf(endOf(response, url), value, tagOf(job.dialect, response.headers, value)),
    response,
    again,
  };
}

/**
 * The url that a value is written back to: the final one after redirects, because the tag belongs to that resource.
 *
 * We choose: never another origin. Later requests would send the caller's credentials there, which `fetch` removes at
 * such a redirect. The write then ends with the server's redirect, whose `Location` says where to go.
 */
function endOf({ redirected, url: end }: Response, url: string): string {
  if (!redirected) return url;
  const page = globalThis.location?.href;
  return URL.canParse(url, page) && new URL(url, page).origin === new URL(end).origin ? end : url;
}

/** The value, or the reason why it cannot be decoded. `remove` does not need the value. */
async function valueFor<T>(
  job: Job<T>,
  url: string,
  response: Response,
  again: () => T | Promise<T>,
): Promise<T> {
  try {
    return await again();
  } catch (error) {
    if (!job.wantsValue) return undefined as T;
    throw job.decode ? error : new HttpError(response, "GET", url, undefined, error);
  }
}

/** The value that the octets of an answer decode to. */
export function decoded<T>(
  { decode, signal }: Job<T>,
  response: Response,
  octets: Uint8Array<ArrayBuffer>,
): T | Promise<T> {
  if (decode === undefined) return JSON.parse(new TextDecoder().decode(octets));
  const { status, headers } = response;
  return until(signal, decode(new Response(octets.length > 0 ? octets : null, { status, headers })));
}

export function snapshotOf<T>(url: string, value: T, etag: string | undefined): Snapshot<T> {
  return etag === undefined ? { url, value } : { url, value, etag };
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
