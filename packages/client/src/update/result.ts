import { octetsOf } from "./content.ts";
import { fieldTag, tagAt, tagOf } from "./dialect.ts";
import type { Job } from "./job.ts";
import type { Payload } from "./payload.ts";
import { decoded, type Seen, snapshotOf } from "./seen.ts";
import type { Snapshot, Updated } from "./snapshot.ts";

/** A write that was made. */
export type Made<T> = Success | Recognised<T>;

export interface Success {
  is: "applied";
  response: Response;
  octets: Uint8Array<ArrayBuffer> | undefined;
}

/** A write whose answer was lost, but that was recognised in a later read. */
export interface Recognised<T> {
  is: "recognised";
  latest: Seen<T>;
}

/** The result of a write that was made, for the caller. */
export async function resultOf<T>(
  job: Job<T>,
  payload: Payload<T>,
  written: Made<T>,
  status: Updated<T>["status"],
): Promise<Updated<T>> {
  const { attempts } = job;
  if (written.is === "recognised") {
    const { snapshot, response } = written.latest;
    return { ...snapshot, status, response, attempts };
  }
  const snapshot = await snapshotAfter(job, payload, written);
  return { ...snapshot, status, response: written.response, attempts };
}

/**
 * The value after a write: the new representation, if the answer has it, or else the value that was sent.
 *
 * A write that succeeded is never reported as failed, so content that cannot be read is ignored.
 */
async function snapshotAfter<T>(
  job: Job<T>,
  payload: Payload<T>,
  { response, octets }: Success,
): Promise<Snapshot<T>> {
  const { url, expected } = payload;
  const content = octets?.length ? await contentOf(job, response, octets) : undefined;
  if (content && (content.hasTag || isShown(response, url) || hasMembers(content.value, expected))) {
    return snapshotOf(url, content.value, content.etag);
  }
  return snapshotOf(url, expected as T, fieldTag(response.headers));
}

/** The current state, if the refusal shows it. Then no read is needed. */
export async function carriedIn<T>(
  job: Job<T>,
  url: string,
  response: Response,
): Promise<Seen<T> | undefined> {
  if (!isShown(response, url)) return undefined;
  const octets = await octetsOf(response).catch(() => undefined);
  const content = octets && (await contentOf(job, response, octets));
  if (!octets || !content?.etag) return undefined;
  const again = () => decoded(job, response, octets);
  return { snapshot: snapshotOf(url, content.value, content.etag), response, again };
}

async function contentOf<T>(
  job: Job<T>,
  response: Response,
  octets: Uint8Array<ArrayBuffer>,
): Promise<{ value: T; etag: string | undefined; hasTag: boolean } | undefined> {
  const { dialect } = job;
  try {
    const value = await decoded(job, response, octets);
    const etag = tagOf(dialect, response.headers, value);
    return { value, etag, hasTag: tagAt(dialect, dialect.etag, value) !== undefined };
  } catch {
    // It is a report in another form, which a `decode` or a dialect's function cannot read.
    return undefined;
  }
}

/** Whether the content is the current representation of the resource. It may also be a report. @see RFC 9110 §6.4.2 */
function isShown({ headers, url: end }: Response, url: string): boolean {
  if (/^return=representation\b/i.test(headers.get("Preference-Applied") ?? "")) return true;
  const location = headers.get("Content-Location");
  if (location === null) return false;
  const base = end || url;
  if (!URL.canParse(location, base)) return location === url;
  return new URL(location, base).href === new URL(base).href;
}

/** We choose: an object with every member that was sent is the document, even if the server does not say so. */
function hasMembers(content: unknown, sent: unknown): boolean {
  if (typeof content !== "object" || content === null || typeof sent !== "object" || sent === null)
    return false;
  const names = Object.keys(sent);
  return (
    Array.isArray(content) === Array.isArray(sent) &&
    names.length > 0 &&
    names.every((name) => name in content)
  );
}
