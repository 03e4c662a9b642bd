import { AlreadyExistsError } from "./errors.ts";
import { jobOf } from "./update/job.ts";
import { payloadFor } from "./update/payload.ts";
import { resultOf } from "./update/result.ts";
import type { Updated, UpdateOptions } from "./update/snapshot.ts";
import { checkedUrl } from "./update/target.ts";
import { ambiguous, write } from "./update/write.ts";

/**
 * Creates a value at a url that has none yet. It never overwrites an existing value (`If-None-Match: *`).
 *
 * If the answer is lost, it reads the url. If there is still no value, it sends the same request again. If there is a
 * value, equal content does not prove that it is yours, so `wasApplied(latest, sent)` decides. Without `wasApplied`,
 * and without an `idempotencyKey` on a server with a ledger, you get an `AmbiguousWriteError`.
 *
 * @throws {AlreadyExistsError} if a value exists
 * @throws {AmbiguousWriteError} if a value exists that may be yours
 * @throws {HttpError} on any other answer, at once
 * @example
 * const { status } = await create(`${pages.url}/new`, { title: "New" }, pages.options);
 * status; // "created"
 * @see RFC 9110 §13.1.2
 */
export async function create<T = unknown>(
  url: string | URL,
  value: T,
  options: UpdateOptions<T> = {},
): Promise<Updated<T>> {
  const job = jobOf(options, "create()");
  const payload = await payloadFor(job, { url: checkedUrl(url), mine: value });
  if (payload === undefined) throw new TypeError("Cannot create undefined: give the new value");
  const written = await write(job, payload);
  if (written.is === "refused") throw new AlreadyExistsError(payload.url);
  if (written.is === "gone") throw ambiguous(job, payload, written.error);
  return resultOf(job, payload, written, "created");
}
