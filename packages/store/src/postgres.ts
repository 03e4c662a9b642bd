import { checkOptions } from "@entity-tag/core/adapter";
import { type CodecOptions, codecOf } from "./contract/codec.ts";
import { type LedgerLimits, limitsOf } from "./contract/ledger.ts";
import { BYTES_RULE, checkedElsewhere, SIGNAL_RULES, STORE_RULES } from "./contract/options.ts";
import type { StoreOptions, VersionedStore } from "./contract/versioned-store.ts";
import { ledgerTable, MAX_LENGTH, quoteTable } from "./drivers/identifier.ts";
import { type PostgresQueryable, queryOf } from "./drivers/postgres-client.ts";
import { postgresDriver } from "./drivers/postgres-driver.ts";
import type { PostgresJs } from "./drivers/postgres-js.ts";
import { columnsOf, LEDGER_COLUMNS, statements, type Tables } from "./drivers/postgres-statements.ts";
import { storeOver } from "./drivers/store-over.ts";
import { checkShape, type FoundColumn } from "./drivers/table-shape.ts";

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
   * @throws {TypeError} when the database's encoding is not UTF8, because it could not hold every text; when the client
   *   reads bytes wrongly; or when a table has this name already and lacks a column: the error shows the statement that
   *   adds it
   */
  createTable(options?: StoreOptions): Promise<PostgresStore<T>>;
}

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
      const [row] = await query(sql.server, [], signal);
      if (row?.encoding !== "UTF8") throw wrongEncoding(row?.encoding);
      if (!areSent(row.bytes)) throw wrongBytes();
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

function wrongEncoding(encoding: unknown): TypeError {
  return new TypeError(
    `Cannot keep every text in a database with the encoding ${String(encoding)}. Use one with UTF8`,
  );
}

/** True for the bytes that the statement above sends. */
function areSent(bytes: unknown): boolean {
  return BYTES_RULE.accepts(bytes as never) && Array.from(bytes as Uint8Array).join(" ") === "0 255";
}

/** postgres.js and PGlite expect `hex`, which is PostgreSQL's default, and do not notice another format. */
function wrongBytes(): TypeError {
  return new TypeError(
    "Cannot read bytes by this client of PostgreSQL. Set bytea_output to hex, and give the client no parser of its own for bytea",
  );
}
