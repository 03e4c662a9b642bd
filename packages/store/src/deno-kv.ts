import { checkOptions, type OptionRules } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf, encodeText } from "./contract/codec.ts";
import { StoreBusyError, ValueTooLargeError } from "./contract/errors.ts";
import { wrongArgument } from "./contract/given.ts";
import { compareKeys, endOfPrefix } from "./contract/key.ts";
import { type LedgerEntry, type LedgerLimits, type Limits, limitsOf } from "./contract/ledger.ts";
import { BYTES_RULE, ledgerRule, STORE_RULES } from "./contract/options.ts";
import { ANSWER_TIMEOUT_MS, within } from "./contract/time-limits.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import {
  type Driver,
  type DriverSwap,
  type DriverSwapResult,
  type Row,
  type RowAndEntry,
  storeOver,
} from "./drivers/driver.ts";
import { whileBusy } from "./drivers/sqlite-waiting.ts";

/** The part of `Deno.Kv` that the store uses. */
export interface DenoKv {
  get(key: string[]): Promise<DenoKvMaybeEntry>;
  getMany(keys: string[][]): Promise<DenoKvMaybeEntry[]>;
  atomic(): DenoKvAtomic;
  list(selector: DenoKvRange, options?: { limit?: number }): AsyncIterable<DenoKvEntry>;
}

/** An entry of Deno KV, which may not exist. */
export interface DenoKvMaybeEntry {
  value: unknown;
  versionstamp: string | null;
}

/** The part of `Deno.KvListSelector` that the store uses. */
export type DenoKvRange = { start: string[]; end: string[] } | { start: string[]; prefix: string[] };

/** An entry of Deno KV. */
export interface DenoKvEntry {
  key: readonly unknown[];
  value: unknown;
  versionstamp: string;
}

/** The part of `Deno.AtomicOperation` that the store uses. */
export interface DenoKvAtomic {
  check(check: { key: string[]; versionstamp: string | null }): DenoKvAtomic;
  set(key: string[], value: unknown, options?: { expireIn?: number }): DenoKvAtomic;
  delete(key: string[]): DenoKvAtomic;
  commit(): Promise<{ ok: true; versionstamp: string } | { ok: false }>;
}

/** The options of {@link denoKvStore}. */
export interface DenoKvOptions<T> extends CodecOptions<T> {
  /** The first parts of every key of this store. Default `["entity-tag"]`. */
  prefix?: readonly string[] | undefined;
  /** Only the lifetime of entries can be set, because Deno KV cannot limit their number. */
  ledger?: Omit<LedgerLimits, "maxEntries"> | undefined;
}

/**
 * Kept under `[...prefix, "value", key]`. The value is stored as bytes, because Deno KV stores some texts
 * with two bytes per character.
 */
interface Entry {
  value: Uint8Array;
  octets?: Uint8Array;
  lastModified: number;
  writeId?: string;
  /** Random; each write has a new one. */
  nonce: string;
}

/** Kept under `[...prefix, "ledger", id]`. */
interface KeptEntry extends Omit<LedgerEntry, "version"> {
  nonce: string | null;
  /** Milliseconds since 1970. */
  end: number;
}

const DENO_KV_RULES: OptionRules = {
  ...STORE_RULES,
  ledger: ledgerRule("maxAge"),
  prefix: {
    accepts: (value: unknown) =>
      Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string"),
    use: 'a list of strings, such as ["app", "pages"]',
  },
};

/** The number of characters that `newVersion` makes. */
const NONCE_LENGTH = 20;

/** The limit of Deno KV is 64 KiB. The rest of the entry takes some of it. */
const MAX_VALUE_BYTES = 64_000;

/**
 * A store in Deno KV, on one machine or on Deno Deploy.
 *
 * A value may be 64,000 bytes long when encoded. Deno KV always reads a whole entry, so a revalidation loads
 * the value, too.
 *
 * @throws {TypeError} when only one of `encode` and `decode` is given
 * @example
 * const store = denoKvStore<{ content: string }>(await Deno.openKv());
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function denoKvStore<T>(kv: DenoKv, options: DenoKvOptions<T> = {}): Required<VersionedStore<T>> {
  const { get, getMany, atomic, list } = Object(kv) as Partial<DenoKv>;
  if (![get, getMany, atomic, list].every((method) => typeof method === "function"))
    throw wrongArgument("denoKvStore()", kv, "a database, such as await Deno.openKv()");
  checkOptions(options, DENO_KV_RULES, "denoKvStore()");
  return storeOver(
    denoKvDriver(kv, options.prefix ?? ["entity-tag"], limitsOf(options.ledger)),
    codecOf(options),
  );
}

/**
 * A version is the versionstamp of its commit and the random nonce of its entry. The nonce is needed because
 * a database that is restored from a backup gives the same versionstamps again. A swap checks both in one
 * commit. Deno KV can check only versionstamps, so each entry has an empty companion whose key contains the
 * nonce, and which was written in the same commit.
 */
function denoKvDriver(kv: DenoKv, prefix: readonly string[], { maxAge }: Limits): Driver {
  const home = [...prefix, "value"];
  const witness = (key: string, nonce: string) => [...prefix, "nonce", key, nonce];

  const ledger = (id: string) => [...prefix, "ledger", id];

  async function find(key: string, id: string | undefined): Promise<RowAndEntry> {
    const keys = id === undefined ? [[...home, key]] : [[...home, key], ledger(id)];
    const [row, entry] = await kv.getMany(keys);
    return { row: row!.versionstamp === null ? null : rowOf(row!), entry: entry ? entryIn(entry) : null };
  }

  /** `isByHand`: somebody else wrote the entry, so its companion is older, or is not there. */
  async function commit(swap: DriverSwap, isByHand: boolean) {
    const { key, expected, next, version: nonce, claim, entry: remembered } = swap;
    const before = expected === null ? null : parsedVersion(expected);
    if (before === undefined) return undefined;
    const atomic = kv.atomic().check({ key: [...home, key], versionstamp: before?.versionstamp ?? null });
    if (before && !isByHand) {
      const beside = witness(key, before.nonce);
      atomic.check({ key: beside, versionstamp: before.versionstamp }).delete(beside);
    } else if (before) {
      atomic.delete(witness(key, before.nonce));
    }
    const entry = next && entryOf(next, nonce);
    if (entry) atomic.set([...home, key], entry).set(witness(key, nonce), true);
    else atomic.delete([...home, key]);
    if (claim && remembered) {
      const made: KeptEntry = {
        ...remembered,
        ...(entry && { lastModified: entry.lastModified }),
        ...(next?.octets && !entry?.octets && { lacksOctets: true }),
        ...{ nonce: next && nonce, end: Date.now() + maxAge * 1000 },
      };
      atomic.check({ key: ledger(claim.id), versionstamp: null });
      atomic.set(ledger(claim.id), made, { expireIn: maxAge * 1000 });
    }
    const result = await atomic.commit();
    if (!result.ok) return undefined;
    const won = { modified: entry?.lastModified ?? 0, version: `${result.versionstamp}.${nonce}` };
    return next?.octets && !entry?.octets ? { ...won, octets: null } : won;
  }

  /** Deno KV deletes an expired entry with a delay. Until then it blocks a new entry under the same id. */
  async function removeExpired(id: string): Promise<void> {
    const found = await kv.get(ledger(id));
    if (found.versionstamp === null || entryIn(found)) return;
    await kv
      .atomic()
      .check({ key: ledger(id), versionstamp: found.versionstamp })
      .delete(ledger(id))
      .commit();
  }

  async function attempt(swap: DriverSwap, isByHand = false) {
    try {
      return await commit(swap, isByHand);
    } catch (error) {
      if (isTooLongKey(error))
        throw new ValueTooLargeError("The key is too long for Deno KV", { cause: error });
      throw isClosed(error) ? new StoreBusyError("Deno KV is closed", { cause: error }) : error;
    }
  }

  async function swapOnce(swap: DriverSwap): Promise<DriverSwapResult> {
    const won = await attempt(swap);
    if (won) return { won };
    if (swap.claim) await removeExpired(swap.claim.id);
    const { row } = await find(swap.key, undefined);
    // The version is the expected one, so the commit failed only because its companion is missing.
    const wonByHand = row && row.version === swap.expected && (await attempt(swap, true));
    if (wonByHand) return { won: wonByHand };
    if (swap.claim) return { lost: undefined };
    // The runtime sent the commit twice, and the first one succeeded.
    if (swap.next && row?.version.endsWith(`.${swap.version}`)) return { won: row };
    return { lost: row };
  }

  return {
    maxAge,

    read: ({ key, known, id, signal }) =>
      reading(async () => {
        const { row, entry } = await find(key, id).catch((error: unknown): RowAndEntry => {
          // Such a key was never written.
          if (isTooLongKey(error)) return { row: null, entry: null };
          throw error;
        });
        // The entry has been loaded already; this saves decoding the value.
        const isKnown = row && (known === "*" || known.includes(row.version));
        return { row: isKnown ? { ...row, value: null, octets: null } : row, entry };
      }, signal),

    swap: (swap) => withinAnswerTime(() => whileBusy(() => swapOnce(swap), swap.signal), swap.signal),

    list({ prefix, after, limit, values, signal }) {
      // No key contains U+0000, so appending it gives the next possible key.
      const start = after !== undefined && compareKeys(after, prefix) >= 0 ? `${after}\0` : prefix;
      const end = endOfPrefix(prefix);
      const from = [...home, start];
      const range = end === null ? { start: from, prefix: home } : { start: from, end: [...home, end] };
      return reading(async () => {
        const rows: Row[] = [];
        for await (const { key, value, versionstamp } of kv.list(range, { limit })) {
          const row = rowOf({ value, versionstamp });
          rows.push({
            ...row,
            key: String(key.at(-1)),
            value: values ? (row.value ?? null) : null,
            octets: null,
          });
        }
        return rows;
      }, signal);
    },
  };
}

/** The client of a remote database asks the server again and again without an end. This ends the wait. */
function withinAnswerTime<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  const noAnswer = () => new Error(`Deno KV has not answered within ${ANSWER_TIMEOUT_MS} ms`);
  return within(ANSWER_TIMEOUT_MS, work, signal, noAnswer);
}

/** A read that failed has written nothing, whatever the error is. */
async function reading<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    return await withinAnswerTime(work, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new StoreBusyError("Deno KV cannot be read now", { cause: error });
  }
}

/** The prefix takes some of the 2 KiB that a key may have. */
function isTooLongKey(error: unknown): boolean {
  return (error as Error | null)?.message?.startsWith("Key too large") === true;
}

/** The database was closed before the commit was sent. */
function isClosed(error: unknown): boolean {
  return (error as Error | null)?.name === "BadResource";
}

function rowOf({ value: kept, versionstamp }: DenoKvMaybeEntry): Row {
  if (!isEntry(kept)) return { value: null, version: `${versionstamp}.`, modified: 0, writeid: null };
  const { value, octets = null, lastModified, writeId = null, nonce } = kept;
  return { value, octets, version: `${versionstamp}.${nonce}`, modified: lastModified, writeid: writeId };
}

/** Somebody else may have written what is there. */
function isEntry(kept: unknown): kept is Entry {
  const { value, nonce } = Object(kept) as Partial<Entry>;
  return BYTES_RULE.accepts(value as never) && typeof nonce === "string" && nonce.length === NONCE_LENGTH;
}

/** The entry, unless it has expired. Its version contains the versionstamp of its own commit. */
function entryIn({ value, versionstamp }: DenoKvMaybeEntry): LedgerEntry | null {
  if (versionstamp === null) return null;
  const { nonce, end, ...entry } = value as KeptEntry;
  return end <= Date.now() ? null : { ...entry, version: nonce && `${versionstamp}.${nonce}` };
}

function entryOf({ value: stored, octets, writeId }: NonNullable<DriverSwap["next"]>, nonce: string): Entry {
  const value = typeof stored === "string" ? encodeText(stored) : stored;
  const bytes = value.byteLength + (octets?.byteLength ?? 0);
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw new ValueTooLargeError(
      `Cannot store ${value.byteLength} bytes in Deno KV. Keep a value under ${MAX_VALUE_BYTES + 1} bytes, or use another store`,
    );
  }
  return {
    value,
    nonce,
    lastModified: Date.now(),
    // When there is no room for both, the octets are dropped.
    ...(octets && bytes <= MAX_VALUE_BYTES && { octets }),
    ...(writeId !== null && { writeId }),
  };
}

/** The two parts of a version; `undefined` if the text is not a version. */
function parsedVersion(version: string): { versionstamp: string; nonce: string } | undefined {
  const [versionstamp = "", nonce = "", ...rest] = version.split(".");
  const isHex = [...versionstamp].every((c) => (c >= "0" && c <= "9") || (c >= "a" && c <= "f"));
  const isNonce = nonce === "" || nonce.length === NONCE_LENGTH;
  if (versionstamp.length !== 20 || !isNonce || rest.length > 0 || !isHex) return undefined;
  return { versionstamp, nonce };
}
