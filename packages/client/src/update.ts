import { checkRecipe } from "./checks.ts";
import { ConflictError, MissingValidatorError, UnusableValidatorError } from "./errors.ts";
import { copyOf, differ } from "./update/copy.ts";
import { type Job, jobOf } from "./update/job.ts";
import { readLatest } from "./update/latest.ts";
import { payloadFor } from "./update/payload.ts";
import { resultOf } from "./update/result.ts";
import type { Seen } from "./update/seen.ts";
import type { Recipe, Snapshot, Updated, UpdateOptions } from "./update/snapshot.ts";
import { checkedUrl, givenSnapshot } from "./update/target.ts";
import { pause, until } from "./update/waiting.ts";
import { ambiguous, write } from "./update/write.ts";

/**
 * Changes the value at a url, without losing a change that somebody else writes at the same time.
 *
 * It reads the value and its tag, runs your recipe on the value, and writes the result under `If-Match`. If another
 * write came first, the server answers 412. Then `update` reads the *current* value, past every cache, and runs your
 * recipe again on that. So the recipe must make its change on the value that it is given, each time:
 *
 * ```ts
 * await update<Counter>(url, (counter) => ({ ...counter, n: counter.n + 1 }));
 * ```
 *
 * Do not return a value that was made before the call: it would overwrite the other change. A recipe may run several
 * times, so it should have no other effects. It may be asynchronous. If it returns `undefined`, nothing is written. If
 * it changes its argument, it must return it: otherwise you get a `TypeError`.
 *
 * If a person has edited a copy, start from the `Snapshot` that the person saw. Nothing is read before the first
 * write. If that write is refused, the recipe gets the current value, the value that it got before (`base`) and the
 * value that it returned (`mine`): enough for a three-way merge.
 *
 * ```ts
 * await update(opened, (current, { base, mine }) => (mine === undefined ? edited : merge(base, mine, current)));
 * ```
 *
 * `maxAttempts` is the largest number of writes. If the last one is refused, there is no further read: you get a
 * `ConflictError` with `base`, `mine` and `latest`. Between two writes it waits for a random time that grows.
 *
 * A write whose answer is lost may have been made. So `update` reads again. If the tag is unchanged, it sends the same
 * request again. If the tag has changed, `wasApplied(latest, sent)` decides, or {@link stamped}. With an
 * `idempotencyKey`, it sends the same request again with the same key, and a server with a ledger of keys gives its
 * first answer again. If there is no way to tell, you get an `AmbiguousWriteError`. The write is never applied twice.
 *
 * `timeout` limits one request. If a request hangs, `update` then finds out whether it was done. To limit the whole
 * call, pass `signal: AbortSignal.timeout(30_000)`.
 *
 * @throws {ConflictError} if other writes came first `maxAttempts` times
 * @throws {MissingValidatorError} if there is no tag; nothing was written
 * @throws {UnusableValidatorError} if the server refuses the tag that it has just sent
 * @throws {AmbiguousWriteError} if there is no way to tell whether the write was made
 * @throws {HttpError} on any other answer, such as 403, 404 or 422, at once
 * @throws {TypeError} on a wrong argument, and if the recipe changed its argument and returned nothing
 * @example
 * const { value, attempts } = await update<{ title: string }>(
 *   pages.url,
 *   (page) => ({ ...page, title: `${page.title}, sweet home` }),
 *   pages.options,
 * );
 * value.title; // "Home, sweet home"
 * attempts; // 1
 * @see RFC 9110 §13.1.1
 */
export async function update<T = unknown>(
  target: string | URL | Snapshot<T>,
  recipe: Recipe<T>,
  options: UpdateOptions<T> = {},
): Promise<Updated<T>> {
  checkRecipe(recipe, "update()");
  const job = jobOf(options, "update()");
  job.wasApplied ??= recipe.wasApplied;
  let seen = givenSnapshot(target) ?? (await readLatest(job, checkedUrl(target), false));
  let first: Run<T> | undefined;
  let last: Run<T> | undefined;
  for (;;) {
    const run = await runOf(job, recipe, seen, last);
    const payload = run && (await payloadFor(job, run));
    if (run === undefined || payload === undefined) return unchanged(job, seen);

    const written = await write(job, payload);
    if (written.is === "gone")
      throw written.doubtful ? ambiguous(job, payload, written.error) : written.error;
    if (written.is !== "refused") return resultOf(job, payload, written, "updated");

    if (run.etag === last?.etag) throw new UnusableValidatorError(run.url, run.etag);
    first ??= run;
    last = run;
    seen = await next(job, first, seen, written.latest);
  }
}

/** A run of the recipe: its argument and its result. */
interface Run<T> {
  url: string;
  etag: string;
  /** Decodes the value that the recipe got, because the recipe may have changed it. */
  base: () => T | Promise<T>;
  mine: T;
  /** True when the recipe changed the object that it was given. */
  same: boolean;
}

/** Runs the recipe. `undefined`: there is nothing to write. */
async function runOf<T>(
  job: Job<T>,
  recipe: Recipe<T>,
  { snapshot, again, given }: Seen<T>,
  last: Run<T> | undefined,
): Promise<Run<T> | undefined> {
  const { url, value, etag } = snapshot;
  if (etag === undefined) throw new MissingValidatorError(url);
  const { attempts, signal } = job;
  signal?.throwIfAborted();
  const told = signal ?? new AbortController().signal;
  const base = await last?.base();
  const context = { attempt: attempts + 1, base, mine: copyOf(last?.mine), etag, signal: told };
  const mine = await until(signal, recipe(value, context));
  if (mine !== undefined) return { url, etag, base: again, mine, same: mine === value || mine === given };
  if (!(await isChanged(value, again))) return undefined;
  throw new TypeError(
    "update(): the recipe changed its argument and returned nothing: return the value to write",
  );
}

/** Whether the recipe changed the value that it was given. */
async function isChanged<T>(value: T, again: Seen<T>["again"]): Promise<boolean> {
  const before = await again();
  try {
    if (!differ(value, before)) return false;
  } catch {
    // It contains itself.
    return false;
  }
  // A `decode` may add something that is new each time, such as the time. Then the value before differs, too.
  await pause(2, undefined);
  return !differ(before, await again());
}

/** The value for the next run: from the refusal if it shows one, otherwise from a new read after a pause. */
async function next<T>(
  job: Job<T>,
  first: Run<T>,
  seen: Seen<T>,
  latest: Seen<T> | undefined,
): Promise<Seen<T>> {
  const { attempts, maxAttempts, signal, wasApplied } = job;
  if (attempts < maxAttempts) {
    // With `wasApplied`, the pause came before the latest value was read.
    if (!latest || !wasApplied) await pause(job.backoff(attempts), signal);
    return latest ?? readLatest(job, first.url, true);
  }
  const newest = latest ?? (seen.snapshot.etag === first.etag ? undefined : seen);
  const { url, base, mine } = first;
  const snapshot = newest && { ...newest.snapshot, value: await newest.again() };
  throw new ConflictError<T>({ url, attempts, base: await base(), mine, snapshot });
}

async function unchanged<T>(
  { attempts }: Job<T>,
  { snapshot, again, response }: Seen<T>,
): Promise<Updated<T>> {
  return { ...snapshot, value: await again(), status: "unchanged", response, attempts };
}
