import type { StoreUnderTest } from "@entity-tag/store/contract-tests";
import type { SqliteDatabase, sqliteStore } from "@entity-tag/store/sqlite";

/** A JSON store and a bytes store need two tables: their columns differ. */
export function tableOf(name: string, options: { encode?: unknown } | undefined): string {
  return options?.encode ? `${name}_bytes` : `${name}_json`;
}

/** The members of a SQLite database that only a test needs. */
export interface OwnSqlite extends SqliteDatabase {
  exec(sql: string): unknown;
  close(): unknown;
}

/** The driver on a file, and its faults. `other` is another connection to the same file. */
export function sqliteDriver(storeOf: typeof sqliteStore, db: OwnSqlite, other: OwnSqlite): StoreUnderTest {
  const during = (database: OwnSqlite, begin: string, end: string) => async () => {
    database.exec(begin);
    return async () => void database.exec(end);
  };
  return {
    open: (options) => storeOf(db, { ...options, table: tableOf("t", options) }).createTable(),
    async corrupt(key) {
      db.prepare("UPDATE t_json SET value = 'not JSON', octets = NULL WHERE key = ?").run(key);
    },
    // It cannot be less than the number of pages that there are, and VACUUM frees those that are empty.
    full: during(db, "VACUUM; PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"),
    readOnly: during(db, "PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    locked: during(other, "BEGIN IMMEDIATE", "ROLLBACK"),
  };
}
