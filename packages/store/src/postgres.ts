import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { ledgerFull, StoreBusyError } from "./contract/errors.ts";
import { compareKeys, endOfPrefix } from "./contract/key.ts";
import { type LedgerEntry, type LedgerLimits, type Limits, limitsOf } from "./contract/ledger.ts";
import { checkedElsewhere, SIGNAL_RULES, STORE_RULES } from "./contract/options.ts";
import { WAIT_TIMEOUT_MS } from "./contract/time-limits.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { backoff, pause } from "./contract/waiting.ts";
import { unwatch, type Watched, watch } from "./contract/watching.ts";
import { type Driver, type DriverSwap, type Row, storeOver } from "./drivers/driver.ts";
import { ledgerTable, MAX_LENGTH, quoteTable } from "./drivers/identifier.ts";
import { type PostgresQueryable, queryOf } from "./drivers/postgres-client.ts";
import { certain, isBroken, isRolledBack, sqlState } from "./drivers/postgres-errors.ts";
import type { PostgresJs } from "./drivers/postgres-js.ts";
import { isNumberTaken, isRepeated } from "./drivers/postgres-ledger-errors.ts";
import type { AnyRow, Query } from "./drivers/postgres-query.ts";
import { columnsOf, LEDGER_COLUMNS, statements } from "./drivers/postgres-statements.ts";
import { type SwapParameters, swapStatements } from "./drivers/postgres-swap.ts";
import { checkShape, type FoundColumn } from "./drivers/table-shape.ts";
import { type Count, unusedNumbers } from "./drivers/unused-numbers.ts";

export type { PostgresJs, PostgresQueryable };

/** The options of {@link postgresStore}. */
export interface PostgresOptions<T> extends CodecOptions<T> {
  /** `pages`, or `app.pages` with a schema; at most 56 characters. Default `entity_tag`. */
  table?: string | undefined;
  ledger?: LedgerLimits | undefined;
}

/** A store over PostgreSQL, with every optional method of a store. */
export interface PostgresStore<T> extends Required<VersionedStore<T>> {
  /**
   * Creates the tables unless they exist. It is safe to call again, and from many processes at once. Returns
   * the store.
   *
   * @throws {TypeError} when the database's encoding is not UTF8, because it could not hold every text; or when a
   *   table has this name already and lacks a column: the error shows the statement that adds it
   */
  createTable(options?: StoreOptions): Promise<PostgresStore<T>>;
}

/** How many times a read that was rolled back is tried. */
const READ_TRIES = 8;

/** How many times a read that lost its connection is tried. */
const LOST_TRIES = 2;

/**
 * A store in a table of a PostgreSQL database. Any number of processes may share it.
 *
 * The pool must lead to the primary. Each step is one statement and commits by itself, so do not pass a
 * client that is inside a transaction. Call `createTable()` once before the first use.
 *
 * @throws {TypeError} on a client without `query` or `unsafe`, on a table name that is not valid, or when
 *   only one of `encode` and `decode` is given
 * @example
 * const store = await postgresStore<{ content: string }>(new Pool({ connectionString })).createTable();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function postgresStore<T>(
  client: PostgresQueryable | PostgresJs,
  options: PostgresOptions<T> = {},
): PostgresStore<T> {
  checkOptions(options, { ...STORE_RULES, table: checkedElsewhere }, "postgresStore()");
  const codec = codecOf(options);
  const name = options.table ?? "entity_tag";
  const tables: Tables = [
    quoteTable(name),
    ledgerTable(name, MAX_LENGTH),
    codec.kind === "text" ? "text" : "bytea",
  ];
  const query = queryOf(client);
  const store: PostgresStore<T> = {
    ...storeOver(postgresDriver(query, tables, limitsOf(options.ledger)), codec),
    async createTable(options = {}) {
      checkOptions(options, SIGNAL_RULES, "createTable()");
      const { signal } = options;
      const sql = statements(...tables);
      const [row] = await query(sql.encoding, [], signal);
      if (row?.encoding !== "UTF8") throw wrongEncoding(row?.encoding);
      await query(sql.create, [], signal);
      const [table, ledger, type] = tables;
      for (const [each, wanted] of [
        [table, columnsOf(table, type)],
        [ledger, LEDGER_COLUMNS],
      ] as const) {
        const found = await query(sql.columns, [each], signal);
        checkShape(each, wanted, found as unknown as FoundColumn[]);
      }
      return store;
    },
  };
  return store;
}

type Tables = [table: string, ledger: string, type: "text" | "bytea"];

type SwapRow = Row & { swapped: boolean; crowded: boolean };

/** The columns of an entry, under names that the row does not have. */
interface EntryRow {
  fingerprint: string | null;
  wrote: string;
  made: string | null;
  changed: number | null;
  created: boolean;
  location: string | null;
}

function postgresDriver(query: Query, tables: Tables, limits: Limits): Driver {
  const [table, ledger] = tables;
  const sql = statements(...tables);
  const swapStatement = swapStatements(...tables);

  /**
   * A read waits while another session has a lock on the whole table. A time-out that the read's own statement sets
   * would take effect only after that wait. So when the read is late, a second connection asks whether there is such a
   * lock.
   */
  function unlessLocked<R>(reading: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const giveUp = async () => {
        const isLocked = await query(sql.isLocked, [table, ledger], undefined).then(
          (rows) => rows.length > 0,
        );
        if (isLocked) throw new StoreBusyError("The table is locked");
      };
      const late: Watched = { limit: WAIT_TIMEOUT_MS, giveUp: () => void giveUp().catch(reject) };
      watch(late);
      const accept = (rows: R) => {
        unwatch(late);
        resolve(rows);
      };
      const refuse = (error: unknown) => {
        unwatch(late);
        reject(error);
      };
      reading.then(accept, refuse);
    });
  }

  /** A read that failed has changed nothing, so it is tried again. */
  async function rowsOf(text: string, values: unknown[], signal: AbortSignal | undefined): Promise<AnyRow[]> {
    const start = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await unlessLocked(query(text, values, signal));
      } catch (error) {
        if (signal?.aborted || error instanceof StoreBusyError) throw error;
        const isLost = isBroken(error);
        const isLate = performance.now() - start > WAIT_TIMEOUT_MS;
        if (!isLost && !isRetried(error)) throw certain(error, table);
        // A connection that was idle while the server restarted is found to be broken now. The next one is new.
        if (isLate || tries >= (isLost ? LOST_TRIES : READ_TRIES))
          throw new StoreBusyError("PostgreSQL cannot be read now", { cause: error });
      }
      await pause(backoff(tries, 100), signal);
    }
  }

  const unused = unusedNumbers(async () => {
    const [row] = await rowsOf(sql.count, [], undefined);
    return row as unknown as Count;
  }, limits.maxEntries);

  return {
    maxAge: limits.maxAge,

    async read({ key, known, id, signal }) {
      // One text instead of an array, because client libraries differ in how they write arrays. A version
      // contains no space.
      const versions = known === "*" ? null : known.join(" ");
      if (id !== undefined) {
        const [row] = await rowsOf(sql.readWithEntry, [key, versions, id], signal);
        return { row: row?.version == null ? null : (row as unknown as Row), entry: entryOf(row) };
      }
      const [text, values] =
        known === "*"
          ? [sql.readInfo, [key]]
          : known.length === 0
            ? [sql.read, [key]]
            : [sql.readUnless, [key, versions]];
      const [row = null] = (await rowsOf(text, values, signal)) as unknown as Row[];
      return { row, entry: null };
    },

    async swap(swap) {
      const ask = async () => {
        const { maxAge, maxEntries } = limits;
        const { text, values } = swapStatement(
          parametersOf(swap, { maxAge, maxEntries: maxEntries + unused.known() }),
        );
        return (await query(text, values, swap.signal)) as unknown as [SwapRow];
      };
      try {
        let [row] = await ask();
        if (row.crowded) {
          // The ledger seems full. The statement has removed expired entries, so there may be room now.
          await unused.update();
          [row] = await ask();
        }
        if (row.swapped) return { won: { modified: row.modified } };
        if (row.crowded) throw ledgerFull(limits.maxEntries);
        // The statement's snapshot had no row, but its insert met a row that was written later.
        const isHidden = row.version === null && swap.expected === null;
        return { lost: isHidden ? undefined : row.version === null ? null : row };
      } catch (error) {
        if (isRolledBack(error) || isRepeated(error, swap, ledger)) return { lost: undefined };
        if (isNumberTaken(error, swap, ledger)) {
          // A role that lacks the right still gets another number with each try.
          await query(sql.skipNumbers, [], swap.signal).catch(() => {});
          return { lost: undefined };
        }
        throw certain(error, table);
      }
    },

    async list({ prefix, after, limit, values, signal }) {
      const isLater = after !== undefined && compareKeys(after, prefix) >= 0;
      const end = endOfPrefix(prefix);
      const bounds = [limit, isLater ? after : prefix, ...(end === null ? [] : [end])];
      return (await rowsOf(sql.list(values, isLater, end !== null), bounds, signal)) as unknown as Row[];
    },
  };
}

function parametersOf({ claim, entry, ...swap }: DriverSwap, limits: Limits): SwapParameters {
  if (!claim || !entry) return swap;
  const { fingerprint, location } = entry;
  return { ...swap, entry: { id: claim.id, fingerprint, location, ...limits } };
}

function entryOf(row: AnyRow | undefined): LedgerEntry | null {
  const { fingerprint, wrote, made, changed, created, location } = row as unknown as EntryRow;
  if (fingerprint === null) return null;
  const entry = { fingerprint, key: wrote, version: made, created, location };
  return changed === null ? entry : { ...entry, lastModified: Math.round(Number(changed)) };
}

/** True when a read may succeed at once: it was rolled back, or the connection's own `lock_timeout` was too short. */
function isRetried(error: unknown): boolean {
  return isRolledBack(error) || sqlState(error) === "55P03";
}

function wrongEncoding(encoding: unknown): TypeError {
  return new TypeError(
    `Cannot keep every text in a database with the encoding ${String(encoding)}. Use one with UTF8`,
  );
}
