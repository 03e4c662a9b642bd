import { AmbiguousWriteError, HttpError } from "../errors.ts";
import { sameVersion } from "../same-version.ts";
import { says } from "./dialect.ts";
import { type Doubt, type Failure, isDoubtful, noteFailure } from "./doubt.ts";
import type { Job } from "./job.ts";
import { readLatest } from "./latest.ts";
import { isRefusal, meaningOf } from "./meaning.ts";
import type { Payload } from "./payload.ts";
import { carriedIn, type Made } from "./result.ts";
import type { Seen } from "./seen.ts";
import { sendCopy } from "./send-copy.ts";
import { LONGEST_PAUSE, pause, retryAfter, until } from "./waiting.ts";

/** The outcome of a write, once it is certain. */
export type Written<T> =
  | Made<T>
  | { is: "refused"; latest: Seen<T> | undefined }
  /** There is no resource. `doubtful`: the write may have been made before. */
  | { is: "gone"; doubtful: boolean; error: unknown };

/**
 * Sends a write until its outcome is known.
 *
 * Each time it sends the same octets, with the same tag and the same key. So two copies can never both be applied,
 * because the first one changes the tag.
 *
 * @throws {AmbiguousWriteError} if there is no way to find out the outcome
 * @throws {HttpError} on an answer that is neither success nor conflict
 */
export async function write<T>(job: Job<T>, payload: Payload<T>): Promise<Written<T>> {
  const doubt: Doubt = { firstSent: Date.now(), lost: false, suspected: false };
  try {
    return await untilKnown(job, payload, doubt);
  } catch (error) {
    job.signal?.throwIfAborted();
    if (!doubt.lost || error instanceof AmbiguousWriteError) throw error;
    // The caller's `headers`, `backoff` or `wasApplied` failed, so the outcome of the lost copy stays unknown.
    throw ambiguous(job, payload, { lost: error });
  }
}

async function untilKnown<T>(job: Job<T>, payload: Payload<T>, doubt: Doubt): Promise<Written<T>> {
  for (let sent = 1; ; sent++) {
    const answer = await sendCopy(job, payload, doubt);
    if ("is" in answer) return answer;
    const meaning = meaningOf(job, payload, doubt, answer, sent > 1);
    if (meaning === "failed") throw failure(job, payload, doubt, answer);
    if (meaning === "refused") return refusal(job, payload, answer);
    if (meaning === "gone") return { is: "gone", doubtful: isDoubtful(doubt), error: answer };

    noteFailure(doubt, payload, answer);
    const canResend = payload.key !== undefined && !isRefusal(job, answer) && job.attempts < job.maxAttempts;
    if (meaning === "unknown" && !canResend) {
      const found = await outcomeByReading(job, payload, answer);
      if (found) return found;
    }
    const wait = (answer instanceof HttpError && retryAfter(answer.response)) || job.backoff(sent);
    if (job.attempts >= job.maxAttempts || wait > LONGEST_PAUSE) throw failure(job, payload, doubt, answer);
    await pause(wait, job.signal);
  }
}

/**
 * A refusal, unless the first copy of the write was made and this is the answer to the second one. Browsers send a
 * request again by themselves when a reused connection breaks. Only `wasApplied` can tell the two cases apart.
 */
async function refusal<T>(job: Job<T>, { url, sent }: Payload<T>, answer: Failure): Promise<Written<T>> {
  const { wasApplied, attempts, maxAttempts, signal } = job;
  // No read is needed if the refusal shows the current state.
  const shown = answer instanceof HttpError ? await carriedIn(job, url, answer.response) : undefined;
  if (!wasApplied) return { is: "refused", latest: shown };
  if (attempts < maxAttempts) await pause(job.backoff(attempts), signal);
  const latest = shown ?? (await readLatest(job, url, true).catch(() => undefined));
  signal?.throwIfAborted();
  const isOwn = latest && (await until(signal, wasApplied(latest.snapshot.value, sent as T)));
  return latest && isOwn === true ? { is: "recognised", latest } : { is: "refused", latest };
}

/** Reads the current state to learn the outcome. `undefined`: it is unchanged, so the write was not made. */
async function outcomeByReading<T>(
  job: Job<T>,
  payload: Payload<T>,
  answer: Failure,
): Promise<Written<T> | undefined> {
  const { url, tag, sent } = payload;
  const asked = await readLatest(job, url, true).catch((error: unknown) => ({ error }));
  job.signal?.throwIfAborted();
  if ("error" in asked) {
    const gone = asked.error instanceof HttpError && says(job.dialect.gone, asked.error.response);
    if (!gone) throw ambiguous(job, payload, answer);
    return tag === undefined ? undefined : { is: "gone", doubtful: true, error: answer };
  }
  if (tag !== undefined && sameVersion(asked.snapshot.etag, tag)) {
    return isRefusal(job, answer) ? { is: "refused", latest: asked } : undefined;
  }
  const applied = await until(job.signal, job.wasApplied?.(asked.snapshot.value, sent as T));
  if (typeof applied !== "boolean") throw ambiguous(job, payload, answer, asked);
  return applied ? { is: "recognised", latest: asked } : { is: "refused", latest: asked };
}

/** The error to end with: the server's answer, unless a lost copy may have been applied. */
function failure<T>(job: Job<T>, payload: Payload<T>, doubt: Doubt, answer: Failure): unknown {
  return doubt.lost ? ambiguous(job, payload, answer) : answer;
}

export function ambiguous<T>(
  { attempts }: Job<T>,
  { url, sent }: Pick<Payload<T>, "url" | "sent">,
  answer: unknown,
  latest?: Seen<T>,
): AmbiguousWriteError<T> {
  const cause = answer instanceof HttpError ? answer : (answer as { lost: unknown }).lost;
  return new AmbiguousWriteError<T>({ url, attempts, sent, latest: latest?.snapshot.value, cause });
}
