import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { type Driver, memberKey, type Page, type TextRow, tableName, type Version } from "./opened.ts";

/** A file as a service would have it: write-ahead log, synchronized at checkpoints. */
export const driver: Driver = {
  name: "SQLite",
  async open() {
    const { DatabaseSync } = await import("node:sqlite");
    const folder = mkdtempSync(join(tmpdir(), "entity-tag-bench-"));
    const db = new DatabaseSync(join(folder, "pages.db"));
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const store = await sqliteStore<Page>(db, { table: tableName }).createTable();
    const create = db.prepare(
      `INSERT INTO ${tableName} (key, value, version, last_modified) VALUES (?, ?, ?, ?)`,
    );
    const read = db.prepare(
      `SELECT value AS text, version, last_modified AS modified FROM ${tableName} WHERE key = ?`,
    );
    const version = db.prepare(`SELECT version, last_modified AS modified FROM ${tableName} WHERE key = ?`);
    const write = db.prepare(
      `UPDATE ${tableName} SET value = ?, version = ?, last_modified = ? WHERE key = ? AND version = ?`,
    );
    const list = db.prepare(
      `SELECT key, value AS text, version FROM ${tableName} WHERE key > ? ORDER BY key LIMIT ?`,
    );
    return {
      store,
      statements: {
        async create(key, text) {
          const made = crypto.randomUUID();
          create.run(key, text, made, Date.now());
          return made;
        },
        read: async (key) => read.get(key) as unknown as TextRow,
        versionOf: async (key) => version.get(key) as unknown as Version,
        async write(key, expected, text) {
          const [version, modified] = [crypto.randomUUID(), Date.now()];
          const { changes } = write.run(text, version, modified, key, expected);
          return changes === 1 ? { version, modified } : undefined;
        },
        page: async (after, limit) => list.all(after, limit) as unknown as (TextRow & { key: string })[],
      },
      async fill(count, text) {
        db.exec("BEGIN");
        for (let i = 0; i < count; i++) create.run(memberKey(i), text, crypto.randomUUID(), Date.now());
        db.exec("COMMIT");
      },
      async close() {
        db.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
