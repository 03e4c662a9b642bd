import { createRequire } from "node:module";
import { postgresStore } from "@entity-tag/store/postgres";
import { type Driver, type Page, tableName } from "./opened.ts";
import { dropTables, fillBy, missing, type Run, statementsBy, url } from "./sql-over-the-wire.ts";

interface Pool {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, string>[] }>;
  on(event: "error", listener: () => void): void;
  end(): Promise<void>;
}
const { Pool }: { Pool: new (options: object) => Pool } = createRequire(import.meta.url)("pg");

export const driver: Driver = {
  name: "PostgreSQL, pg",
  missing,
  async open() {
    const common = { connectionString: url, max: 8, connectionTimeoutMillis: 2000 };
    const pool = new Pool(common);
    // The handler by hand limits its waits for a lock and for an answer by the client's own options.
    const bounded = new Pool({ ...common, query_timeout: 10_000, options: "-c lock_timeout=2000" });
    for (const each of [pool, bounded]) each.on("error", () => {});
    const store = await postgresStore<Page>(pool, { table: tableName }).createTable();
    const run: Run = async (text, values) => (await bounded.query(text, values)).rows;
    return {
      store,
      statements: statementsBy(run),
      fill: (count, text) => fillBy(run, count, text),
      async close() {
        await bounded.end();
        await pool.query(dropTables);
        await pool.end();
      },
    };
  },
};
