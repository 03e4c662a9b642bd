import type { Policy } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import { inLine } from "./lane.ts";
import { busy, notFound, problem } from "./problem.ts";
import { compareMarks } from "./replay.ts";
import { stateOf } from "./validators.ts";
import {
  StoreBusyError,
  type Unread,
  ValueTooLargeError,
  type Versioned,
  type VersionedStore,
} from "./versioned-store.ts";
import { backoff, pause } from "./waiting.ts";

/** What becomes of the current value (`null`: nothing is there): the next one, `null` to delete, a `Response` to refuse. */
export type Change<T> = (current: T | null) => T | null | Response | Promise<T | null | Response>;

/** A write, with everything it needs to be judged, made and answered. */
export interface Write<T> {
  request: Request;
  store: VersionedStore<T>;
  key: string;
  change: Change<T>;
  policy: Policy | undefined;
  codings: readonly string[];
  maxSwaps: number;
  signal: AbortSignal;
  mark: string | undefined;
  /** The change and the answers do not look at the current value: it need not be read. */
  blind: boolean;
  /** The answer where nothing is, whatever the conditions say; without it, the conditions are judged. */
  whereNothingIs?: (() => Response) | undefined;
  refuse(refusal: Response, found: Versioned<T> | Unread | null): Response | Promise<Response>;
  succeed(current: Versioned<T> | Unread | null, created: boolean): Response | Promise<Response>;
}

/** The longest pause between two tries, in milliseconds. */
const MAX_PAUSE = 100;

/** Judges, changes and swaps, against one and the same version; after a lost swap, everything from the beginning. */
export async function write<T>(it: Write<T>): Promise<Response> {
  try {
    return (await attempt(it)) ?? (await inLine(it.store, it.key, it.signal, () => insist(it)));
  } catch (error) {
    if (error instanceof StoreBusyError) return busy();
    if (error instanceof ValueTooLargeError) return problem(413, error.message);
    throw error;
  }
}

/** The other tries, after the first was lost. */
async function insist<T>(it: Write<T>): Promise<Response> {
  for (let tries = 1; tries < it.maxSwaps; tries++) {
    const response = await attempt(it);
    if (response) return response;
    await pause(backoff(tries, MAX_PAUSE), it.signal);
  }
  return busy();
}

/** One try; `undefined`: somebody else was faster. */
async function attempt<T>(it: Write<T>): Promise<Response | undefined> {
  const { key, signal, mark } = it;
  const found = await look(it);
  if (found === null && it.whereNothingIs) return it.whereNothingIs();
  if (mark !== undefined && found?.mark !== undefined) {
    const replay = compareMarks(mark, found.mark);
    if (replay === "same") return it.succeed(found, false);
    if (replay === "misused") return problem(422, "This Idempotency-Key came with another request before.");
  }
  const refusal = checkPreconditions(it.request, stateOf(found, it.codings), it.policy);
  if (refusal) return it.refuse(refusal, found);

  const next = await it.change(found && "value" in found ? found.value : null);
  if (isResponse(next)) return next;
  if (next === undefined) {
    throw new TypeError("Cannot store undefined. Return the next value, null to delete, or a Response");
  }
  if (next === null && found === null) return notFound();
  const swap = await it.store.swap(key, found?.version ?? null, next, { signal, mark });
  return swap.swapped ? it.succeed(swap.current, found === null) : undefined;
}

function look<T>({ store, key, signal, blind }: Write<T>): Promise<Versioned<T> | Unread | null> {
  return blind && store.readUnless ? store.readUnless(key, "*", { signal }) : store.read(key, { signal });
}

/** Also of another realm, or of a runtime that has more than one class of them. */
function isResponse(value: unknown): value is Response {
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
}
