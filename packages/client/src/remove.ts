import { ConflictError, HttpError, MissingValidatorError, UnusableValidatorError } from "./errors.ts";
import { says } from "./update/dialect.ts";
import { type Job, jobOf } from "./update/job.ts";
import { readLatest } from "./update/latest.ts";
import type { Seen } from "./update/seen.ts";
import type { Snapshot, UpdateOptions } from "./update/snapshot.ts";
import { checkedUrl, givenSnapshot } from "./update/target.ts";
import { pause } from "./update/waiting.ts";
import { write } from "./update/write.ts";

/** The result of a `remove`. */
export interface Removed {
  /**
   * `absent`: there was no value. `removed`: it was deleted. If an answer was lost, somebody else may have deleted it.
   */
  status: "removed" | "absent";
  /** How many requests to delete were sent. */
  attempts: number;
}

/**
 * Deletes one version, and only that version (`If-Match`).
 *
 * Given a url, it reads the current version and deletes it. If that version was changed meanwhile, it reads again.
 * Given a `Snapshot`, it deletes the version that you saw, without a read. If somebody changed it since, nothing is
 * deleted.
 *
 * @throws {ConflictError} if the resource was changed since the snapshot, or `maxAttempts` times
 * @throws {MissingValidatorError} if there is no tag; nothing was deleted
 * @throws {AmbiguousWriteError} if an answer was lost and the resource has another version now
 * @throws {HttpError} on any other answer, at once
 * @example
 * (await remove(pages.url, pages.options)).status; // "removed"
 * (await remove(pages.url, pages.options)).status; // "absent"
 * @see RFC 9110 §9.3.5
 */
export async function remove<T = unknown>(
  target: string | URL | Snapshot<T>,
  options: UpdateOptions<T> = {},
): Promise<Removed> {
  // `wasApplied` compares the current value with the value that was sent, and no value is sent here.
  const job = { ...jobOf(options, "remove()"), wantsValue: false, wasApplied: undefined };
  const given = givenSnapshot(target);
  let seen = given ?? (await found(job, checkedUrl(target), false));
  let refused: string | undefined;
  while (seen) {
    const { url, value, etag } = seen.snapshot;
    if (etag === undefined) throw new MissingValidatorError(url);
    const written = await deletion(job, url, etag);
    const { attempts, maxAttempts } = job;
    if (written.is === "gone") return { status: written.doubtful ? "removed" : "absent", attempts };
    if (written.is !== "refused") return { status: "removed", attempts };

    if (etag === refused) throw new UnusableValidatorError(url, etag);
    refused = etag;
    if (given || attempts >= maxAttempts) {
      throw new ConflictError<T>({ url, attempts, base: value, snapshot: written.latest?.snapshot });
    }
    await pause(job.backoff(attempts), job.signal);
    seen = written.latest ?? (await found(job, url, true));
  }
  return { status: "absent", attempts: job.attempts };
}

function deletion<T>(job: Job<T>, url: string, tag: string) {
  const none = { body: null, contentType: undefined, sent: undefined, expected: undefined };
  return write(job, { ...none, method: "DELETE", url, tag, key: job.newKey() });
}

/** The current value, or `undefined` if the resource is absent. */
async function found<T>(job: Job<T>, url: string, fresh: boolean): Promise<Seen<T> | undefined> {
  return readLatest(job, url, fresh).catch((error: unknown) => {
    if (error instanceof HttpError && says(job.dialect.gone, error.response)) return undefined;
    throw error;
  });
}
