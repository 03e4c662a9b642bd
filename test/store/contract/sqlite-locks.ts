import assert from "node:assert/strict";
import type { SqliteDatabase, sqliteStore } from "@entity-tag/store/sqlite";

/** A database that can also run plain SQL: both libraries' `Database` fits. */
export interface LockableDatabase extends SqliteDatabase {
  exec(sql: string): unknown;
}

/**
 * With a rollback journal, a writer needs the file alone at its commit. A connection that is reading prevents that: the
 * statement has run and returned its row, and then the commit fails.
 */
export async function refusedCommit(
  storeOf: typeof sqliteStore,
  open: (path: string) => LockableDatabase,
  path: string,
): Promise<void> {
  const [writer, reader] = [open(path), open(path)];
  writer.exec("PRAGMA journal_mode = DELETE");
  const store = await storeOf<string>(writer).createTable();
  const first = await store.swap("a", null, "first");
  assert.ok(first.swapped && first.current);
  reader.exec("BEGIN");
  reader.prepare("SELECT * FROM entity_tag").all();

  const swaps = await Promise.allSettled([
    store.swap("a", first.current.version, "second"),
    store.swap("b", null, "new"),
    store.swap("a", first.current.version, null),
  ]);
  const reasons = swaps.map((swap) => swap.status === "rejected" && (swap.reason as Error).name);
  assert.deepEqual(reasons, ["StoreBusyError", "StoreBusyError", "StoreBusyError"]);

  reader.exec("COMMIT");
  assert.deepEqual(await store.read("a"), first.current);
  assert.equal(await store.read("b"), null);
}
