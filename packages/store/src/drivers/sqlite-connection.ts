import type { Stored } from "../contract/codec.ts";
import type { Row } from "./driver.ts";
import { isLocked } from "./sqlite-errors.ts";

/** The interface that `node:sqlite`, `better-sqlite3` and `bun:sqlite` share. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/** The part of a prepared statement that the store uses. */
export interface SqliteStatement {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  all(...values: any[]): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  run(...values: any[]): unknown;
}

type Bound = Stored | number | null;

/** Prepares a statement whose rows are objects, whatever the options of the connection say. */
export function prepareOn(db: SqliteDatabase, text: string): SqliteStatement {
  const statement: SqliteStatement & { setReturnArrays?(isOn: boolean): void } = db.prepare(text);
  statement.setReturnArrays?.(false);
  return statement;
}

/** Runs statements, and prepares each of them once. */
export type SqliteConnection = ReturnType<typeof sqliteConnection>;

export function sqliteConnection(db: SqliteDatabase, table: string) {
  const prepared = new Map<string, SqliteStatement>();
  /** The writes that met a lock: see `closeOpen`. */
  const open = new Set<string>();

  // `all`, never `get`: a statement commits at its last step, and `get` stops before it. If that commit is refused
  // because another connection reads, `get` would report a swap that was never stored.
  function rowsOf(text: string, ...values: Bound[]): Row[] {
    return statementOf(text).all(...values) as Row[];
  }

  /**
   * Runs a statement that returns no rows. Gives the number of rows that it changed: `RETURNING` would cost a fifth
   * more.
   */
  function change(text: string, ...values: Bound[]): number {
    const result = statementOf(text).run(...values) as { changes: number | bigint };
    return Number(result.changes);
  }

  function statementOf(text: string): SqliteStatement {
    const statement = prepared.get(text) ?? prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  function prepare(text: string): SqliteStatement {
    try {
      return prepareOn(db, text);
    } catch (error) {
      throw unusableTable(table, error) ?? error;
    }
  }

  /** A change that may meet a lock. */
  function changeRow(text: string, ...values: Bound[]): number {
    try {
      const changes = change(text, ...values);
      if (open.size > 0) open.delete(text);
      return changes;
    } catch (error) {
      if (isLocked(error)) open.add(text);
      throw error;
    }
  }

  /**
   * libsql keeps a write open that met a lock, and commits no transaction until that write has run again. So this runs
   * it again, with NULL for its key, which changes nothing.
   */
  function closeOpen(): void {
    for (const text of open) {
      try {
        change(text, ...Array<null>(text.split("?").length - 1).fill(null));
      } catch {}
    }
    open.clear();
  }

  /** A full disk and some other errors have rolled the transaction back already. */
  function rollBack(): void {
    try {
      change("ROLLBACK");
    } catch {}
  }

  return { rowsOf, change, changeRow, closeOpen, rollBack };
}

/** The error for a table that is missing or lacks a column; `undefined`: it is another error. */
function unusableTable(table: string, error: unknown): TypeError | undefined {
  // No `instanceof Error`: Jest gives each test file an `Error` of its own, and SQLite throws the original one.
  const reason = (error as Error | null)?.message ?? "";
  if (reason.includes("no such column") || reason.includes("has no column")) {
    return new TypeError(`Cannot use the table ${table}: ${reason}. createTable() says what to do`, {
      cause: error,
    });
  }
  if (!reason.includes("no such table")) return undefined;
  return new TypeError(`Cannot use the table ${table}: it does not exist. Call createTable() first`, {
    cause: error,
  });
}
