import type { Statements, TextRow, Version } from "./opened.ts";
import { tableName } from "./opened.ts";

export const url = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
export const missing = `PostgreSQL: nothing answers at ${url}. Start one (docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust -e POSTGRES_DB=test postgres), or set DATABASE_URL`;

const MODIFIED = "(extract(epoch FROM last_modified) * 1000)::float8 AS modified";

/** Runs a statement as the users of a client do, and returns its rows. */
export type Run = (text: string, values: unknown[]) => Promise<readonly unknown[]>;

/** The statements by hand for PostgreSQL. */
export function statementsBy(run: Run): Statements {
  return {
    async create(key, text) {
      const version = crypto.randomUUID();
      await run(`INSERT INTO ${tableName} (key, value, version, last_modified) VALUES ($1, $2, $3, now())`, [
        key,
        text,
        version,
      ]);
      return version;
    },
    async read(key) {
      const [row] = await run(`SELECT value AS text, version, ${MODIFIED} FROM ${tableName} WHERE key = $1`, [
        key,
      ]);
      return row as TextRow;
    },
    async versionOf(key) {
      const [row] = await run(`SELECT version, ${MODIFIED} FROM ${tableName} WHERE key = $1`, [key]);
      return row as Version;
    },
    async write(key, expected, text) {
      const version = crypto.randomUUID();
      const [written] = await run(
        `UPDATE ${tableName} SET value = $1, version = $2, last_modified = now() WHERE key = $3 AND version = $4 RETURNING ${MODIFIED}`,
        [text, version, key, expected],
      );
      return written ? { version, modified: (written as Version).modified } : undefined;
    },
    async page(after, limit) {
      const rows = await run(
        `SELECT key, value AS text, version FROM ${tableName} WHERE key > $1 ORDER BY key LIMIT $2`,
        [after, limit],
      );
      return rows as (TextRow & { key: string })[];
    },
  };
}

/** One statement creates all members. */
export async function fillBy(run: Run, count: number, text: string): Promise<void> {
  await run(
    `INSERT INTO ${tableName} (key, value, version, last_modified)
      SELECT '/many/' || lpad(i::text, 6, '0'), $1, gen_random_uuid()::text, now() FROM generate_series(0, $2::int - 1) AS i`,
    [text, count],
  );
  await run(`ANALYZE ${tableName}`, []);
}

export const dropTables = `DROP TABLE ${tableName}, ${tableName}_ledger`;
