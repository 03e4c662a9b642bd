import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { type Opened, type Page, tableName } from "./opened.ts";

/** A file as a service would have it: write-ahead log, synchronized at checkpoints. */
export async function open(): Promise<Opened> {
  const { DatabaseSync } = await import("node:sqlite");
  const folder = mkdtempSync(join(tmpdir(), "entity-tag-bench-"));
  const db = new DatabaseSync(join(folder, "pages.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const store = await sqliteStore<Page>(db, { table: tableName }).createTable();
  const read = db.prepare(`SELECT value FROM ${tableName} WHERE key = ?`);
  const version = db.prepare(`SELECT version FROM ${tableName} WHERE key = ?`);
  const write = db.prepare(
    `UPDATE ${tableName} SET value = ?, version = ?, last_modified = ? WHERE key = ? AND version = ?`,
  );
  return {
    store,
    byHand: {
      read: async (key) => JSON.parse(read.get(key)!.value as string),
      isCurrent: async (key, expected) => version.get(key)!.version === expected,
      async write(key, expected, page) {
        const next = crypto.randomUUID();
        const { changes } = write.run(JSON.stringify(page), next, Date.now(), key, expected);
        return changes === 1 ? next : undefined;
      },
    },
    async close() {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}
