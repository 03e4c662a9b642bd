import type { Policy } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import {
  StoreBusyError,
  StoreFullError,
  UnreadableValueError,
  ValueTooLargeError,
} from "../contract/errors.ts";
import {
  hasValue,
  type Swap,
  type Versioned,
  type VersionedStore,
  type VersionInfo,
} from "../contract/versioned-store.ts";
import { backoff, pause } from "../contract/waiting.ts";
import { compareWriteIds } from "./idempotency.ts";
import { inTurn } from "./key-queue.ts";
import type { Outcome } from "./outcome.ts";
import { stateOf } from "./validators.ts";

/** What becomes of the current value (`null`: nothing is there): the next one, `null` to delete, a `Response` to refuse. */
export type Change<T> = (current: T | null) => T | null | Response | Promise<T | null | Response>;

/** A write, with everything it needs to be judged and made. */
export interface Write<T> {
  request: Request;
  store: VersionedStore<T>;
  key: string;
  change: Change<T>;
  policy: Policy | undefined;
  codings: readonly string[];
  maxSwaps: number;
  signal: AbortSignal;
  writeId: string | undefined;
  /** The octets that the next value is made of. */
  octets?: Uint8Array | undefined;
  /** The change and the answers do not look at the current value: it need not be read. */
  skipValue: boolean;
  /** Where nothing is, the outcome is `absent`, whatever the conditions say; otherwise they are judged. */
  mustExist: boolean;
}

/** The state that an attempt is made on; `undefined`: not read yet. */
type Found<T> = Versioned<T> | VersionInfo | null | undefined;

/** The longest pause between two tries, in milliseconds. */
const MAX_PAUSE = 100;

/** So many lost swaps are followed by another at once, on the state that the lost one brought back. */
const QUICK_TRIES = 3;

/** Judges, changes and swaps, against one and the same version; after a lost swap, everything from the beginning. */
export async function write<T>(it: Write<T>): Promise<Outcome<T>> {
  try {
    const first = await attempt(it, undefined);
    return "kind" in first ? first : await inTurn(it.store, it.key, it.signal, () => retry(it));
  } catch (error) {
    if (error instanceof StoreBusyError) return { kind: "busy" };
    if (error instanceof StoreFullError) return { kind: "full" };
    if (error instanceof ValueTooLargeError) return { kind: "too-large", reason: error.message };
    throw error;
  }
}

/** The other tries, after the first was lost. */
async function retry<T>(it: Write<T>): Promise<Outcome<T>> {
  let found: Found<T>;
  for (let tries = 1; tries < it.maxSwaps; tries++) {
    const outcome = await attempt(it, found);
    if ("kind" in outcome) return outcome;
    found = tries < QUICK_TRIES ? outcome.current : undefined;
    if (tries >= QUICK_TRIES) await pause(backoff(tries, MAX_PAUSE), it.signal);
  }
  return { kind: "busy" };
}

/** One try: its outcome, or the swap that was lost. */
async function attempt<T>(
  it: Write<T>,
  known: Found<T>,
): Promise<Outcome<T> | Extract<Swap<T>, { swapped: false }>> {
  const current = known === undefined ? await look(it) : known;
  if (current === null && it.mustExist) return { kind: "absent" };
  if (it.writeId !== undefined && current?.writeId !== undefined) {
    const replay = compareWriteIds(it.writeId, current.writeId);
    if (replay === "same")
      return { kind: "repeated", first: { version: current.version, created: false }, current };
    if (replay === "misused") return { kind: "key-reused" };
  }
  const refusal = checkPreconditions(it.request, stateOf(current, it.codings), it.policy);
  if (refusal) return { kind: "refused", refusal, current };

  const made: T | Response | null = await it.change(current && hasValue<T>(current) ? current.value : null);
  if (isResponse(made)) return { kind: "declined", response: made };
  if (made === undefined) {
    throw new TypeError("Cannot store undefined. Return the next value, null to delete, or a Response");
  }
  if (made === null && current === null) return { kind: "absent" };
  const { signal, writeId, octets, skipValue } = it;
  const options = { signal, writeId, skipValue, octets };
  const swap = await it.store.swap(it.key, current?.version ?? null, made, options);
  if (!swap.swapped) return swap;
  if (!swap.current) return { kind: "deleted" };
  return { kind: current === null ? "created" : "updated", current: swap.current };
}

async function look<T>({
  store,
  key,
  signal,
  skipValue,
}: Write<T>): Promise<Versioned<T> | VersionInfo | null> {
  try {
    return skipValue && store.readUnless
      ? await store.readUnless(key, "*", { signal })
      : await store.read(key, { signal });
  } catch (error) {
    if (error instanceof UnreadableValueError) return error.current;
    throw error;
  }
}

/** Also of another realm, or of a runtime that has more than one class of them. */
function isResponse(value: unknown): value is Response {
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
}
