import { checkPreconditions } from "@entity-tag/core/fetch";
import type { Pool, PoolClient } from "pg";
import { type Page, stateOf } from "./write-page.ts";

/** Answers a POST that moves the text of one page to the end of another and deletes the first: both or neither. */
export function mergePages(request: Request, pool: Pool, from: string, into: string): Promise<Response> {
  return inTransaction(pool, async (client) => {
    const lock = "SELECT id, text, version FROM pages WHERE id IN ($1, $2) ORDER BY id FOR UPDATE";
    const { rows } = await client.query<Page & { id: string }>(lock, [from, into]);
    const source = rows.find(({ id }) => id === from) ?? null;
    const target = rows.find(({ id }) => id === into);
    const refusal = checkPreconditions(request, stateOf(source), { require: ["POST"] });
    if (refusal) return refusal;
    if (!source || !target) return new Response(null, { status: 404 });
    const append = "UPDATE pages SET text = text || $2, version = $3 WHERE id = $1";
    await client.query(append, [into, source.text, crypto.randomUUID()]);
    await client.query("DELETE FROM pages WHERE id = $1", [from]);
    return new Response(null, { status: 204 });
  });
}

/** Commits when the answer is 2xx; rolls back, and leaves nothing behind, when it is not. */
async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<Response>): Promise<Response> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const response = await work(client);
    await client.query(response.ok ? "COMMIT" : "ROLLBACK");
    client.release();
    return response;
  } catch (error) {
    client.release(true); // closes the connection, so PostgreSQL rolls back its open transaction
    throw error;
  }
}
