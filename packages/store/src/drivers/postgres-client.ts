import { wrongArgument } from "../contract/given.ts";
import { ANSWER_TIMEOUT_MS, notConnected, within } from "../contract/patience.ts";
import { warnWithoutErrorListener } from "./error-listener.ts";
import { noAnswer } from "./postgres-errors.ts";
import { type PostgresJs, queryByPostgresJs } from "./postgres-js.ts";
import { type PgPool, queryByPool } from "./postgres-pool.ts";
import type { AnyRow, Query } from "./postgres-query.ts";

/** A Pool or Client of `pg`, or a PGlite. */
export interface PostgresQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

/** @throws {TypeError} on anything without `query` or `unsafe` */
export function queryOf(client: PostgresQueryable | PostgresJs): Query {
  const given = Object(client) as Partial<PostgresJs & PostgresQueryable & PgPool> & { totalCount?: number };
  if (typeof given.unsafe === "function") return queryByPostgresJs(client as PostgresJs);
  if (typeof given.query === "function") {
    const connects = typeof given.connect === "function";
    const isPool = connects && typeof given.totalCount === "number";
    if (connects) warnWithoutErrorListener(client, isPool ? "The pool" : "The PostgreSQL client");
    return isPool
      ? queryByPool(client as unknown as PgPool)
      : queryByClient(client as PostgresQueryable, connects);
  }
  const use = "a client: new Pool({ connectionString }) of pg, postgres(url) of postgres.js, or a PGlite";
  throw wrongArgument("postgresStore()", client, use);
}

/**
 * A Client of pg has its own queue. It gets one statement at a time, so that a statement that was given up is
 * never sent. Other clients with a `query` get each statement at once.
 */
function queryByClient(client: PostgresQueryable, queues: boolean): Query {
  let last: Promise<unknown> = Promise.resolve();
  return async (text, values, signal) => {
    const before = queues ? last : Promise.resolve();
    let isSent = false;
    let isGivenUp = false;
    const mine = before.then(() => {
      if (isGivenUp) return { rows: [] };
      isSent = true;
      return client.query(text, values);
    });
    last = mine.catch(() => {});
    try {
      const { rows } = await within(
        ANSWER_TIMEOUT_MS,
        () => mine,
        signal,
        () => (isSent ? noAnswer() : notConnected("PostgreSQL", "The connection is busy")),
      );
      return rows as AnyRow[];
    } finally {
      isGivenUp = true;
    }
  };
}
