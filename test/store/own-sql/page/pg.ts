import type { Pool } from "pg";
import type { Page, Pages } from "./write-page.ts";

export function pgPages(pool: Pool): Pages {
  return {
    async read(id) {
      const { rows } = await pool.query<Page>("SELECT text, version FROM pages WHERE id = $1", [id]);
      return rows[0] ?? null;
    },
    async write(id, expected, next) {
      if (expected === null) return next !== null && create(pool, id, next);
      return next ? replace(pool, id, expected, next) : remove(pool, id, expected);
    },
  };
}

async function create(pool: Pool, id: string, { text, version }: Page): Promise<boolean> {
  const insert = "INSERT INTO pages (id, text, version) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
  return (await pool.query(insert, [id, text, version])).rowCount === 1;
}

async function replace(pool: Pool, id: string, expected: string, { text, version }: Page): Promise<boolean> {
  const update = "UPDATE pages SET text = $3, version = $4 WHERE id = $1 AND version = $2";
  return (await pool.query(update, [id, expected, text, version])).rowCount === 1;
}

async function remove(pool: Pool, id: string, expected: string): Promise<boolean> {
  return (
    (await pool.query("DELETE FROM pages WHERE id = $1 AND version = $2", [id, expected])).rowCount === 1
  );
}
