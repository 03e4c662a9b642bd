import { checkOptions } from "@entity-tag/core/adapter";
import { numberAbove, shown } from "./checks.ts";
import type { ResponseStore, StoredHead, StoredResponse } from "./response-store.ts";

/** The interface that `node:sqlite`, `better-sqlite3` and `bun:sqlite` share. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/** The part of a prepared statement that this store uses. */
export interface SqliteStatement {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  all(...values: any[]): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  run(...values: any[]): unknown;
}

/** The table of the store, and how many answers it keeps. */
export interface SqliteStoreOptions {
  /** Letters, digits and `_`. Default: `entity_tag_responses`. The table is created if it does not exist. */
  table?: string | undefined;
  /** The largest number of answers. The least recently used are removed first. Default: 10,000. */
  maxEntries?: number | undefined;
}

type Row = { head: string; body: Uint8Array };
type Value = string | number | Uint8Array;

/** How many times a locked database is tried again, each time after a pause 5 ms longer. */
const TRIES = 20;

/**
 * Keeps answers in a table of a SQLite database, which any number of processes may share and which survives a restart.
 *
 * @throws {TypeError} on an unknown option, a value without `prepare`, a table name that is not valid, or a bound that
 * is not a number above 0
 * @example
 * import { DatabaseSync } from "node:sqlite";
 *
 * const remembering = conditionalFetch({ store: sqliteStore(new DatabaseSync("cache.sqlite")) });
 * @see RFC 9111 §3
 */
export function sqliteStore(db: SqliteDatabase, options: SqliteStoreOptions = {}): ResponseStore {
  checkOptions(
    options,
    {
      table: {
        accepts: (value: unknown) => typeof value === "string" && /^\w+$/.test(value),
        use: "letters, digits and _",
      },
      maxEntries: numberAbove(0, "a number above 0"),
    },
    "sqliteStore()",
  );
  if (typeof db?.prepare !== "function")
    throw new TypeError(
      `sqliteStore() was given ${shown(db)}: use a database, such as new DatabaseSync(file)`,
    );
  const { table = "entity_tag_responses", maxEntries = 10_000 } = options;
  // SQLite takes only an integer here.
  const most = Math.min(Math.ceil(maxEntries), Number.MAX_SAFE_INTEGER);
  const sql = statements(table);
  const prepared = new Map<string, SqliteStatement>();
  let isReady = false;
  let writes = 0;

  function run(text: string, ...values: Value[]): Promise<unknown[]> {
    return whileBusy(() => {
      if (!isReady) db.prepare(sql.create).run();
      // A step that fails may have found no table: somebody has dropped it. So the next step creates it again.
      isReady = false;
      const statement = prepared.get(text) ?? db.prepare(text);
      prepared.set(text, statement);
      // `all`, never `get`: `get` stops at the first row, and a statement commits only at its last step.
      const rows = statement.all(...values);
      isReady = true;
      return rows;
    });
  }

  return {
    persists: true,

    async read(url, group) {
      const rows = (await run(sql.read, url, group)) as Row[];
      if (rows.length > 0) await run(sql.touch, Date.now(), url, group);
      return rows.map(
        ({ head, body }): StoredResponse => ({ ...JSON.parse(head), body: new Uint8Array(body) }),
      );
    },

    async write({ body, ...head }) {
      const { url, group, variant, id } = head;
      await run(sql.write, url, group, variant, id, JSON.stringify(head), body, Date.now());
      // Counts rows only at every hundredth write, because counting costs more than keeping some rows too long.
      if (writes++ % 100 === 0) await run(sql.trim, most);
    },

    async freshen(head: StoredHead) {
      await run(sql.freshen, JSON.stringify(head), head.url, head.group, head.variant, head.id);
    },

    async remove(url, group, variant) {
      if (group === undefined) await run(sql.remove, url);
      else if (variant === undefined) await run(sql.removeGroup, url, group);
      else await run(sql.removeVariant, url, group, variant);
    },
  };
}

function statements(table: string) {
  const place = "url = ? AND grp = ?";
  return {
    create: `CREATE TABLE IF NOT EXISTS ${table} (url TEXT NOT NULL, grp TEXT NOT NULL, variant TEXT NOT NULL,
      id TEXT NOT NULL, head TEXT NOT NULL, body BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (url, grp, variant))`,
    read: `SELECT head, body FROM ${table} WHERE ${place}`,
    // Notes a use at most once a minute: if each read wrote, readers would wait for each other.
    touch: `UPDATE ${table} SET used = ?1 WHERE url = ?2 AND grp = ?3 AND used < ?1 - 60000`,
    write: `INSERT INTO ${table} (url, grp, variant, id, head, body, used) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET id = excluded.id, head = excluded.head, body = excluded.body, used = excluded.used`,
    freshen: `UPDATE ${table} SET head = ? WHERE ${place} AND variant = ? AND id = ?`,
    remove: `DELETE FROM ${table} WHERE url = ?`,
    removeGroup: `DELETE FROM ${table} WHERE ${place}`,
    removeVariant: `DELETE FROM ${table} WHERE ${place} AND variant = ?`,
    trim: `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY used DESC LIMIT -1 OFFSET ?)`,
  };
}

/** Tries again while another connection holds the lock, and leaves the event loop free. */
async function whileBusy<R>(step: () => R): Promise<R> {
  for (let tries = 1; ; tries++) {
    try {
      return step();
    } catch (error) {
      if (tries > TRIES || !/locked|busy/i.test(String(error))) throw error;
    }
    await new Promise((done) => setTimeout(done, tries * 5));
  }
}
