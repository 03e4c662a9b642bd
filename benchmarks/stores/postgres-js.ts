import { postgresStore } from "@entity-tag/store/postgres";
import postgres from "postgres";
import { type Driver, type Page, tableName } from "./opened.ts";
import { dropTables, fillBy, missing, type Run, statementsBy, url } from "./sql-over-the-wire.ts";

export const driver: Driver = {
  name: "PostgreSQL, postgres.js",
  missing,
  async open() {
    const common = { max: 8, connect_timeout: 2, fetch_types: false, onnotice() {} };
    const sql = postgres(url, common);
    // The handler by hand limits its waits for a lock by the client's own options. The client has no option for an
    // answer.
    const bounded = postgres(url, { ...common, connection: { lock_timeout: 2000 } });
    const store = await postgresStore<Page>(sql, { table: tableName }).createTable();
    // As its tagged templates do, which are the usual way to write a statement.
    const run: Run = (text, values) => bounded.unsafe(text, values as never[], { prepare: true });
    return {
      store,
      statements: statementsBy(run),
      fill: (count, text) => fillBy(run, count, text),
      async close() {
        await bounded.end();
        await sql.unsafe(dropTables);
        await sql.end();
      },
    };
  },
};
