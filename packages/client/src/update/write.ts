import { credentialsIn } from "../credentials.ts";
import { AmbiguousWriteError, HttpError } from "../errors.ts";
import { sameVersion } from "../same-version.ts";
import { clearer, isUnsendable } from "./another-try.ts";
import { httpError, octetsOf } from "./content.ts";
import { says } from "./dialect.ts";
import { exchange } from "./exchange.ts";
import { remembers, underWay } from "./idempotency-key.ts";
import type { Job } from "./job.ts";
import { read } from "./latest.ts";
import { headersFor, type Payload } from "./payload.ts";
import { carriedIn, type Made, type Success } from "./result.ts";
import type { Seen } from "./seen.ts";
import { LONGEST_PAUSE, pause, retryAfter, until } from "./waiting.ts";

/** The outcome of a write, once it is certain. */
export type Written<T> =
  | Made<T>
  | { is: "refused"; latest: Seen<T> | undefined }
  /** There is no resource. `doubtful`: the write may have been made before. */
  | { is: "gone"; doubtful: boolean; error: unknown };

/** The facts about the copies that were sent before. */
interface Doubt {
  firstSent: number;
  /** The credentials of the first copy with a key; `null` once a copy was sent with others. */
  credentials?: string | null;
  /** An answer was lost: a copy may have been applied, or may still be. */
  lost: boolean;
  /** A 503 came. A proxy may have made it after the server had applied the write. */
  suspected: boolean;
}

/** A success, another answer, or no answer. */
type Answer = Success | HttpError | { lost: unknown };
type Failure = Exclude<Answer, Success>;
type Meaning = "refused" | "gone" | "again" | "unknown" | "failed";

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
    const answer = await send(job, payload, doubt);
    if ("is" in answer) return answer;
    const meaning = meaningOf(job, payload, doubt, answer, sent > 1);
    if (meaning === "failed") throw failure(job, payload, doubt, answer);
    if (meaning === "refused") return refusal(job, payload, await carried(job, payload, answer));
    if (meaning === "gone") return { is: "gone", doubtful: isDoubtful(doubt), error: answer };

    note(doubt, payload, answer);
    const canResend = payload.key !== undefined && !isRefusal(job, answer) && job.attempts < job.maxAttempts;
    if (meaning === "unknown" && !canResend) {
      const found = await find(job, payload, answer);
      if (found) return found;
    }
    const wait = (answer instanceof HttpError && retryAfter(answer.response)) || job.backoff(sent);
    if (job.attempts >= job.maxAttempts || wait > LONGEST_PAUSE) throw failure(job, payload, doubt, answer);
    await pause(wait, job.signal);
  }
}

async function send<T>(job: Job<T>, payload: Payload<T>, doubt: Doubt): Promise<Answer> {
  const headers = headersFor(await job.headers(), payload);
  const { method, body, url, key } = payload;
  if (key !== undefined) {
    const credentials = JSON.stringify(credentialsIn([...headers]));
    doubt.credentials = (doubt.credentials ?? credentials) === credentials ? credentials : null;
  }
  job.signal?.throwIfAborted();
  job.attempts++;
  const init: RequestInit = {
    method,
    headers,
    body: sentOnce(body),
    // A redirect may lead to a login page, whose 200 would look like a success.
    redirect: "manual",
    // Bun sends the request again by itself when a reused connection breaks. So this forbids the reuse of connections.
    keepalive: false,
  };
  const use = async (response: Response) =>
    response.ok ? successOf(response, await octetsOf(response)) : httpError(response, method, url);
  return exchange<Answer>(job, url, init, use, (error, head) => {
    // The head says whether the write was made, so broken content does not matter.
    if (head) return head.ok ? successOf(head) : new HttpError(head, method, url);
    if (!isDoubtful(doubt) && isUnsendable(url, error)) throw clearer(url, error);
    return { lost: error };
  });
}

/**
 * Makes a Blob of the content on Deno, which sends a text or octets again by itself when a reused connection breaks.
 */
function sentOnce(body: BodyInit | null): BodyInit | null {
  const isReplayed = "Deno" in globalThis && (typeof body === "string" || ArrayBuffer.isView(body));
  return isReplayed ? new Blob([body as BlobPart]) : body;
}

function successOf(response: Response, octets?: Success["octets"]): Success {
  return { is: "applied", response, octets };
}

/** The meaning of an answer. It depends on what may have happened to earlier copies of the write. */
function meaningOf<T>(
  { dialect }: Job<T>,
  { key, tag }: Payload<T>,
  doubt: Doubt,
  answer: Failure,
  resent: boolean,
): Meaning {
  if (!(answer instanceof HttpError)) return "unknown";
  const { response, status, problem } = answer;
  if (says(dialect.conflict, response)) {
    const certain = key !== undefined && doubt.credentials !== null && remembers(response, doubt.firstSent);
    return isDoubtful(doubt) && !certain ? "unknown" : "refused";
  }
  if (tag !== undefined && says(dialect.gone, response)) return "gone";
  if (status === 502 || status === 504) return "unknown";
  if (says(dialect.again, response)) return "again";
  return key !== undefined && underWay(response, resent, problem?.type) ? "again" : "failed";
}

/**
 * A refusal, unless the first copy of the write was made and this is the answer to the second one. Browsers send a
 * request again by themselves when a reused connection breaks. Only `wasApplied` can tell the two cases apart.
 */
async function refusal<T>(
  job: Job<T>,
  { url, sent }: Payload<T>,
  shown: Seen<T> | undefined,
): Promise<Written<T>> {
  const { wasApplied, attempts, maxAttempts, signal } = job;
  if (!wasApplied) return { is: "refused", latest: shown };
  if (attempts < maxAttempts) await pause(job.backoff(attempts), signal);
  const latest = shown ?? (await read(job, url, true).catch(() => undefined));
  signal?.throwIfAborted();
  const isOwn = latest && (await until(signal, wasApplied(latest.snapshot.value, sent as T)));
  return latest && isOwn === true ? { is: "recognised", latest } : { is: "refused", latest };
}

/** The current state, if the refusal shows it. */
async function carried<T>(job: Job<T>, { url }: Payload<T>, answer: Failure): Promise<Seen<T> | undefined> {
  return answer instanceof HttpError ? carriedIn(job, url, answer.response) : undefined;
}

function isDoubtful({ lost, suspected }: Doubt): boolean {
  return lost || suspected;
}

function isRefusal<T>({ dialect }: Job<T>, answer: Failure): boolean {
  return answer instanceof HttpError && says(dialect.conflict, answer.response);
}

function note<T>(doubt: Doubt, { key }: Payload<T>, answer: Failure): void {
  const status = answer instanceof HttpError ? answer.status : 0;
  if (status === 0 || status === 502 || status === 504) doubt.lost = true;
  else if (status >= 500 || (status === 409 && key !== undefined)) doubt.suspected = true;
}

/** Reads the current state to learn the outcome. `undefined`: it is unchanged, so the write was not made. */
async function find<T>(job: Job<T>, payload: Payload<T>, answer: Failure): Promise<Written<T> | undefined> {
  const { url, tag, sent } = payload;
  const asked = await read(job, url, true).catch((error: unknown) => ({ error }));
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
