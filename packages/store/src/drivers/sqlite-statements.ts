import { pageBounds } from "../contract/key.ts";
import type { Column } from "./table-shape.ts";

/** The columns of a table, by its name and its schema. */
export const COLUMNS = "SELECT name, type FROM pragma_table_info(?, coalesce(?, 'main'))";

/** The columns that `createTable` makes, and the statements that add one to a table that lacks it. */
function columnsOf(table: string): Column[] {
  const add = (column: string) => `ALTER TABLE ${table} ADD COLUMN ${column}`;
  return [
    { name: "key" },
    { name: "value" },
    { name: "octets", add: add("octets BLOB") },
    {
      name: "version",
      add: `${add("version TEXT NOT NULL DEFAULT ''")}; UPDATE ${table} SET version = hex(randomblob(15))`,
    },
    { name: "last_modified", add: add("last_modified INTEGER NOT NULL DEFAULT 0") },
    { name: "write_id", add: add("write_id TEXT") },
  ];
}

const LEDGER_COLUMNS: Column[] = [
  "seq",
  "id",
  "fingerprint",
  "key",
  "version",
  "modified",
  "created",
  "location",
  "expires",
].map((name) => ({ name }));

/** The statements of one table and its ledger. */
export type SqliteStatements = ReturnType<typeof statements>;

export function statements(table: string, ledger: string) {
  // Somebody may have written a time by hand. Only a number can be compared, and only a float is always a number in
  // JavaScript.
  const time = "CAST(last_modified AS REAL)";
  const state = `version, ${time} AS modified, write_id AS writeid`;
  return {
    create: [
      // The values come last: to read a column, SQLite reads all of the row that comes before it.
      `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, version TEXT NOT NULL,
        last_modified INTEGER NOT NULL, write_id TEXT, value BLOB NOT NULL, octets BLOB)`,
      `CREATE TABLE IF NOT EXISTS ${ledger} (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        fingerprint TEXT NOT NULL, key TEXT NOT NULL, version TEXT, modified INTEGER, created INTEGER NOT NULL, location TEXT,
        expires INTEGER NOT NULL)`,
    ],
    columns: [
      [table, columnsOf(table)],
      [ledger, LEDGER_COLUMNS],
    ] as const,
    findEntry: `SELECT fingerprint, key, version, modified, created, location FROM ${ledger} WHERE id = ? AND expires > ?`,
    // Entries expire in the order in which they were made. So only the oldest need checking, and their number follows
    // from the two ends of the index.
    removeExpired: `DELETE FROM ${ledger} WHERE id = ? AND expires <= ? OR seq IN
      (SELECT seq FROM (SELECT seq, expires FROM ${ledger} ORDER BY seq LIMIT 200) WHERE expires <= ?)`,
    addEntry: `INSERT INTO ${ledger} (id, fingerprint, key, version, modified, created, location, expires)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?
      WHERE coalesce((SELECT max(seq) FROM ${ledger}) - (SELECT min(seq) FROM ${ledger}) + 1, 0) < ?
      ON CONFLICT (id) DO NOTHING`,
    dateEntry: `UPDATE ${ledger} SET modified = ? WHERE id = ?`,
    read: `SELECT value, octets, ${state} FROM ${table} WHERE key = ?`,
    readInfo: `SELECT ${state} FROM ${table} WHERE key = ?`,
    insert: `INSERT INTO ${table} (key, value, octets, version, last_modified, write_id) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO NOTHING`,
    // A clock can be set back.
    update: `UPDATE ${table} SET value = ?, octets = ?, version = ?, last_modified = ?, write_id = ?
      WHERE key = ? AND version = ? AND ${time} <= ?`,
    remove: `DELETE FROM ${table} WHERE key = ? AND version = ?`,
    /** Gives one lower bound: with two, SQLite seeks by the first and filters by the second. */
    list(values: boolean, prefix: string, after: string | undefined) {
      const { from, isAfter, end } = pageBounds(prefix, after);
      const text = `SELECT key, ${values ? "value, " : ""}${state} FROM ${table}
        WHERE key ${isAfter ? ">" : ">="} ?${end === null ? "" : " AND key < ?"} ORDER BY key LIMIT ?`;
      return { text, bounds: [from, ...(end === null ? [] : [end])] };
    },
  };
}
