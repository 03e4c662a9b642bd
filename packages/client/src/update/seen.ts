import { HttpError } from "../errors.ts";
import { tagOf } from "./dialect.ts";
import type { Job } from "./job.ts";
import type { Snapshot } from "./snapshot.ts";
import { until } from "./waiting.ts";

/** The value that was read, and the answer that it came in. */
export interface Seen<T> {
  snapshot: Snapshot<T>;
  response: Response;
  /** Decodes the value again, because a recipe may have changed the one that it was given. */
  again: () => T | Promise<T>;
  /** The value in the caller's own Snapshot, if there was no read. */
  given?: T;
}

/** An answer, and its content. */
export interface Answer {
  response: Response;
  octets: Uint8Array<ArrayBuffer>;
}

/** The value in an answer, with its url and its tag. */
export async function seen<T>(job: Job<T>, url: string, { response, octets }: Answer): Promise<Seen<T>> {
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
 * We choose: never another origin, because later requests would send the caller's credentials there. (`fetch` itself
 * removes them at such a redirect.) The write then ends with the server's redirect, whose `Location` says where to go.
 */
function endOf(response: Response, url: string): string {
  if (!response.redirected) return url;
  const end = response.url;
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
export async function decoded<T>(
  { decode, signal }: Job<T>,
  response: Response,
  octets: Uint8Array<ArrayBuffer>,
): Promise<T> {
  if (decode === undefined) return JSON.parse(new TextDecoder().decode(octets));
  const { status, headers } = response;
  const content = new Response(octets.length > 0 ? octets : null, { status, headers });
  const value = await until(signal, decode(content));
  if (value !== undefined) return value;
  // A recipe that copies the members of nothing would remove all others.
  throw new TypeError("Cannot use what `decode` returned: it is undefined. Return the value");
}

export function snapshotOf<T>(url: string, value: T, etag: string | undefined): Snapshot<T> {
  return etag === undefined ? { url, value } : { url, value, etag };
}
