import type { Policy } from "@entity-tag/core";
import { isResponse } from "@entity-tag/core/adapter";
import { checkPreconditions } from "@entity-tag/core/fetch";
import {
  ConstraintError,
  InvalidValueError,
  StoreBusyError,
  StoreFullError,
  UnreadableValueError,
  ValueTooLargeError,
} from "../contract/errors.ts";
import type { LedgerClaim, LedgerEntry } from "../contract/ledger.ts";
import { checkFound, checkSwapped } from "../contract/returned.ts";
import {
  hasValue,
  type Swap,
  type Versioned,
  type VersionedStore,
  type VersionInfo,
} from "../contract/versioned-store.ts";
import { backoff, pause } from "../contract/waiting.ts";
import { compareWriteIds, type Identity } from "./idempotency.ts";
import { inTurn, outsideQueue } from "./key-queue.ts";
import type { Outcome } from "./outcome.ts";
import type { TagFormat } from "./tag-format.ts";
import { currentOf } from "./validators.ts";

/**
 * Computes the next value from the current one (`null`: absent). It returns the next value, `null` to delete, or a
 * `Response` to refuse.
 */
export type Change<T> = (current: T | null) => T | null | Response | Promise<T | null | Response>;

/** A write, with everything needed to judge and perform it. */
export interface Write<T> {
  request: Request;
  store: VersionedStore<T>;
  key: string;
  change: Change<T>;
  policy: Policy | undefined;
  codings: readonly string[];
  /** How tags are made. Default: from the version alone. */
  format?: TagFormat | undefined;
  maxSwaps: number;
  signal: AbortSignal;
  /** How a repeat of the write is recognised. */
  identity: Identity;
  /** The octets that the next value was parsed from. */
  octets?: Uint8Array | undefined;
  /** True when neither the change nor the answers use the current value, so it need not be read. */
  skipValue: boolean;
  /**
   * True when the next value does not depend on the current one, so a value that cannot be decoded may be replaced.
   */
  replaces: boolean;
  /**
   * True when a write to an absent resource is `absent`, whatever the conditions are. Otherwise they are judged.
   */
  mustExist: boolean;
}

/** The facts that an attempt starts from. */
interface Found<T> {
  current: Versioned<T> | VersionInfo | null;
  /** An earlier write that was applied for the same request, or for another one under the same key. */
  entry: LedgerEntry | null;
}

/** The longest pause between two tries, in milliseconds. */
const MAX_PAUSE = 100;

/**
 * After this many lost swaps, the next try waits. Until then it starts at once, on the state that the lost swap
 * returned.
 */
const QUICK_TRIES = 3;

/**
 * Judges, changes and swaps, all against one version. After a lost swap it begins again.
 *
 * A write that is refused anyway does not wait in the key's queue.
 */
export async function write<T>(it: Write<T>): Promise<Outcome<T>> {
  try {
    const found = await findCurrent(it);
    const judged = judge(it, found);
    const early = judged instanceof Promise ? await judged : judged;
    if (early) return early;
    const first = await outsideQueue(it.store, it.key, () => attempt(it, found));
    if (first && "kind" in first) return first;
    // A writer that has waited reads again, because others have written meanwhile.
    const start = first ? { found: foundBy(it, first), isJudged: false } : { found, isJudged: true };
    return await inTurn(it.store, it.key, it.signal, (waited) =>
      attempts(it, waited ? OLD : start, first ? 1 : 0),
    );
  } catch (error) {
    if (error instanceof StoreBusyError) return { kind: "busy" };
    if (error instanceof ConstraintError) return { kind: "constraint", reason: error.message };
    if (error instanceof InvalidValueError) return { kind: "invalid", reason: error.message };
    if (error instanceof StoreFullError) return { kind: "full" };
    if (error instanceof ValueTooLargeError) return { kind: "too-large", reason: error.message };
    throw error;
  }
}

/** The state that the tries in the queue begin with. */
interface Start<T> {
  found: Found<T> | undefined;
  isJudged: boolean;
}

const OLD: Start<never> = { found: undefined, isJudged: false };

async function attempts<T>(it: Write<T>, start: Start<T>, made: number): Promise<Outcome<T>> {
  let { found, isJudged } = start;
  for (let tries = made + 1; tries <= it.maxSwaps; tries++) {
    found ??= await findCurrent(it);
    const outcome = (!isJudged && (await judge(it, found))) || (await attempt(it, found));
    if ("kind" in outcome) return outcome;
    isJudged = false;
    found = tries < QUICK_TRIES ? foundBy(it, outcome) : undefined;
    if (tries >= QUICK_TRIES) await pause(backoff(tries, MAX_PAUSE), it.signal);
  }
  return { kind: "busy" };
}

/** The outcome of a write that must not be performed; `undefined`: it may go on. */
function judge<T>(it: Write<T>, { current, entry }: Found<T>): Outcome<T> | undefined | Promise<Outcome<T>> {
  const { claim, writeId } = it.identity;
  if (claim && entry) return judgeRepeat(it, claim, entry, current);
  if (current === null && it.mustExist) return { kind: "absent" };
  if (writeId !== undefined && current?.writeId !== undefined) {
    const replay = compareWriteIds(writeId, current.writeId);
    const first = { version: current.version, created: false, location: null };
    if (replay === "same") return { kind: "repeated", first, current };
    if (replay === "misused") return { kind: "key-reused" };
  }
  const refusal = checkPreconditions(it.request, currentOf(current, it.codings, it.format), it.policy);
  return refusal && { kind: "refused", refusal, current };
}

async function judgeRepeat<T>(
  it: Write<T>,
  claim: LedgerClaim,
  entry: LedgerEntry,
  found: Found<T>["current"],
): Promise<Outcome<T>> {
  if (entry.fingerprint !== claim.fingerprint) return { kind: "key-reused" };
  const current = entry.key === it.key ? found : (await read(it, entry.key)).current;
  return { kind: "repeated", first: entry, current };
}

type LostSwap<T> = Extract<Swap<T>, { swapped: false }>;

/** Changes the value and swaps it. Returns the outcome, or the lost swap. */
async function attempt<T>(it: Write<T>, { current }: Found<T>): Promise<Outcome<T> | LostSwap<T>> {
  const isUnreadable = current !== null && !hasValue<T>(current) && !it.skipValue;
  if (isUnreadable && !it.replaces) return { kind: "unreadable" };
  const made = await it.change(current && hasValue<T>(current) ? current.value : null);
  if (isResponse(made)) return { kind: "declined", response: made };
  if (made === undefined) {
    throw new TypeError("Cannot store undefined. Return the next value, null to delete, or a Response");
  }
  if (made === null && current === null) return { kind: "absent" };
  const { signal, identity, octets, skipValue } = it;
  const { claim, writeId } = identity;
  const options = { signal, octets, skipValue, claim, writeId };
  const swap = checkSwapped(await it.store.swap(it.key, current?.version ?? null, made, options));
  if (!swap.swapped) return swap;
  if (!swap.current) return { kind: "deleted" };
  return { kind: current === null ? "created" : "updated", current: swap.current };
}

/** The state that a lost swap returned. Only the ledger can say whether another copy of this request won. */
function foundBy<T>(it: Write<T>, { current }: LostSwap<T>): Found<T> | undefined {
  return current === undefined || it.identity.claim ? undefined : { current, entry: null };
}

async function findCurrent<T>(it: Write<T>): Promise<Found<T>> {
  const { store, key, signal, identity } = it;
  if (!store.ledger || !identity.claim) return read(it, key);
  const options = { known: it.skipValue ? ("*" as const) : [], signal };
  const found = await store.ledger.find(key, identity.claim.id, options);
  checkFound(found?.current, "find");
  return found;
}

/** A value that cannot be decoded counts as one that can be replaced. */
async function read<T>({ store, signal, skipValue }: Write<T>, key: string): Promise<Found<T>> {
  try {
    const current =
      skipValue && store.readUnless
        ? checkFound(await store.readUnless(key, "*", { signal }), "readUnless")
        : checkFound(await store.read(key, { signal }), "read");
    return { current, entry: null };
  } catch (error) {
    if (error instanceof UnreadableValueError) return { current: error.current, entry: null };
    throw error;
  }
}
