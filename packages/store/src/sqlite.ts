import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { wrongArgument } from "./contract/given.ts";
import { type LedgerLimits, limitsOf } from "./contract/ledger.ts";
import { checkedElsewhere, SIGNAL_RULES, STORE_RULES } from "./contract/options.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { ledgerTable, quoteTable } from "./drivers/identifier.ts";
import { prepareOn, type SqliteDatabase, type SqliteStatement } from "./drivers/sqlite-connection.ts";
import { sqliteDriver } from "./drivers/sqlite-driver.ts";
import { COLUMNS, statements } from "./drivers/sqlite-statements.ts";
import { whileBusy } from "./drivers/sqlite-waiting.ts";
import { storeOver } from "./drivers/store-over.ts";
import { checkShape, type FoundColumn } from "./drivers/table-shape.ts";

export type { SqliteDatabase, SqliteStatement };

/** The options of {@link sqliteStore}. */
export interface SqliteOptions<T> extends CodecOptions<T> {
  /** Letters, digits and `_`. Default `entity_tag`. */
  table?: string | undefined;
  ledger?: LedgerLimits | undefined;
}

/** A store over SQLite, with every optional method of a store. */
export interface SqliteStore<T> extends Required<VersionedStore<T>> {
  /**
   * Creates the tables unless they exist. It is safe to call again, and from many processes at once. Returns the
   * store.
   *
   * @throws {TypeError} when the database's encoding is not UTF-8, because it would sort keys in another order; or when
   *   a table has this name already and lacks a column: the error shows the statement that adds it
   */
  createTable(options?: StoreOptions): Promise<SqliteStore<T>>;
}

/**
 * A store in a table of a SQLite database. Any number of processes may share it.
 *
 * Each step is one statement or one transaction, so do not call it between `BEGIN` and `COMMIT` on the same
 * connection. Call `createTable()` once before the first use. The store sets the connection's busy timeout to 0,
 * because SQLite's own waiting blocks the event loop. It tries a locked database again for two seconds instead.
 *
 * @throws {TypeError} on a table name that is not valid, or when only one of `encode` and `decode` is given
 * @example
 * import { DatabaseSync } from "node:sqlite";
 *
 * const store = await sqliteStore<{ content: string }>(new DatabaseSync(":memory:")).createTable();
 * await store.swap("home", null, { content: "Hello" }); // { swapped: true, … }
 * @see RFC 9110 §13.1.1
 */
export function sqliteStore<T>(db: SqliteDatabase, options: SqliteOptions<T> = {}): SqliteStore<T> {
  if (typeof (db as SqliteDatabase | null)?.prepare !== "function")
    throw wrongArgument("sqliteStore()", db, 'a database, such as new DatabaseSync("file.db")');
  checkOptions(options, { ...STORE_RULES, table: checkedElsewhere }, "sqliteStore()");
  const table = quoteTable(options.table ?? "entity_tag");
  const sql = statements(table, ledgerTable(options.table ?? "entity_tag"));
  const driver = sqliteDriver(db, table, sql, limitsOf(options.ledger));
  const store: SqliteStore<T> = {
    ...storeOver(driver, codecOf(options)),
    async createTable(options = {}) {
      checkOptions(options, SIGNAL_RULES, "createTable()");
      const { signal } = options;
      const [row] = await whileBusy(() => prepareOn(db, "PRAGMA encoding").all(), signal);
      const { encoding } = row as { encoding: string };
      if (encoding !== "UTF-8") throw wrongEncoding(encoding);
      for (const create of sql.create) await whileBusy(() => db.prepare(create).run(), signal);
      for (const [each, wanted] of sql.columns) {
        const [name, schema = null] = each.replaceAll('"', "").split(".").reverse();
        const found = await whileBusy(() => prepareOn(db, COLUMNS).all(name, schema), signal);
        checkShape(each, wanted, found as FoundColumn[]);
      }
      return store;
    },
  };
  // better-sqlite3 blocks for five seconds by default.
  db.prepare("PRAGMA busy_timeout = 0").all();
  return store;
}

/** SQLite compares the bytes of texts. In UTF-16 they have another order than their code points. */
function wrongEncoding(encoding: string): TypeError {
  return new TypeError(
    `Cannot list keys in order in a database with the encoding ${encoding}. Use one with UTF-8`,
  );
}
