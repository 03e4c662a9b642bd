import { createRequire } from "node:module";
import { postgresStore } from "@entity-tag/store/postgres";
import { type Opened, type Page, tableName } from "./opened.ts";

interface Pool {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, string>[]; rowCount: number | null }>;
  end(): Promise<void>;
}
const { Pool }: { Pool: new (options: object) => Pool } = createRequire(import.meta.url)("pg");

const url = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
export const missing = `PostgreSQL: nothing answers at ${url}. Start one (docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust -e POSTGRES_DB=test postgres), or set DATABASE_URL`;

export async function open(): Promise<Opened> {
  const pool = new Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 2000 });
  const store = await postgresStore<Page>(pool, { table: tableName }).createTable();
  return {
    store,
    byHand: {
      async read(key) {
        const { rows } = await pool.query(`SELECT value FROM ${tableName} WHERE key = $1`, [key]);
        return JSON.parse(rows[0]!.value!);
      },
      async isCurrent(key, expected) {
        const { rows } = await pool.query(`SELECT version FROM ${tableName} WHERE key = $1`, [key]);
        return rows[0]!.version === expected;
      },
      async write(key, expected, page) {
        const next = crypto.randomUUID();
        const { rowCount } = await pool.query(
          `UPDATE ${tableName} SET value = $1, version = $2, last_modified = now() WHERE key = $3 AND version = $4`,
          [JSON.stringify(page), next, key, expected],
        );
        return rowCount === 1 ? next : undefined;
      },
    },
    async close() {
      await pool.query(`DROP TABLE ${tableName}`);
      await pool.end();
    },
  };
}
