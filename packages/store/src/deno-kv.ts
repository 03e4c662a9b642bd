import { checkOptions, type OptionRules } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { wrongArgument } from "./contract/given.ts";
import { type LedgerLimits, limitsOf } from "./contract/ledger.ts";
import { ledgerRule, STORE_RULES } from "./contract/options.ts";
import type { VersionedStore } from "./contract/versioned-store.ts";
import type {
  DenoKv,
  DenoKvAtomic,
  DenoKvEntry,
  DenoKvMaybeEntry,
  DenoKvRange,
} from "./drivers/deno-kv-database.ts";
import { denoKvDriver } from "./drivers/deno-kv-driver.ts";
import { storeOver } from "./drivers/store-over.ts";

export type { DenoKv, DenoKvAtomic, DenoKvEntry, DenoKvMaybeEntry, DenoKvRange };

/** The options of {@link denoKvStore}. */
export interface DenoKvOptions<T> extends CodecOptions<T> {
  /** The first parts of every key of this store. Default `["entity-tag"]`. */
  prefix?: readonly string[] | undefined;
  /** Only the lifetime of entries can be set, because Deno KV cannot limit their number. */
  ledger?: Omit<LedgerLimits, "maxEntries"> | undefined;
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
