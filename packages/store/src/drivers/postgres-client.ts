import { wrongArgument } from "../contract/given.ts";
import {
  ANSWER_TIMEOUT_MS,
  CANCEL_MS,
  notConnected,
  WAIT_TIMEOUT_MS,
  within,
} from "../contract/time-limits.ts";
import { unwatch, type Watched, watch } from "../contract/watching.ts";
import { warnWithoutErrorListener } from "./error-listener.ts";
import { cancel } from "./postgres-cancel.ts";
import { noAnswer } from "./postgres-errors.ts";
import { type PostgresJs, queryByPostgresJs } from "./postgres-js.ts";
import { type PgPool, queryByPool } from "./postgres-pool.ts";
import type { AnyRow, Query } from "./postgres-query.ts";

/** A Pool or Client of `pg`, or a PGlite. */
export interface PostgresQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

/** Members of a Pool and of a Client. */
interface PgOptions {
  totalCount?: number;
  binary?: boolean;
  options?: { binary?: boolean };
}

/** @throws {TypeError} on anything without `query` or `unsafe`, and on a client of pg in its binary mode */
export function queryOf(client: PostgresQueryable | PostgresJs): Query {
  const given = Object(client) as Partial<PostgresJs & PostgresQueryable & PgPool> & PgOptions;
  if (typeof given.unsafe === "function") return queryByPostgresJs(client as PostgresJs);
  if (typeof given.query === "function") {
    const connects = typeof given.connect === "function";
    const isPool = connects && typeof given.totalCount === "number";
    if (given.binary || given.options?.binary) throw wrongFormat();
    if (connects) warnWithoutErrorListener(client, isPool ? "The pool" : "The PostgreSQL client");
    return isPool
      ? queryByPool(client as unknown as PgPool)
      : queryByClient(client as PostgresQueryable, connects);
  }
  const use = "a client: new Pool({ connectionString }) of pg, postgres(url) of postgres.js, or a PGlite";
  throw wrongArgument("postgresStore()", client, use);
}

/** In its binary mode, pg reads times wrongly by minutes, and cannot read bytes (pg 8.23.1). */
function wrongFormat(): TypeError {
  return new TypeError(
    "Cannot use a client of pg with binary: true, which reads bytes and times wrongly. Leave that option out",
  );
}

/**
 * A query of pg. The client calls `submit` when it sends the query; an error that this returns ends the query unsent.
 */
interface PgQuery {
  submit(connection: unknown): Error | null;
  callback: (error: Error | null, result: { rows: unknown[] }) => void;
}

type PgQueryClass = new (text: string, values: unknown[]) => PgQuery;

/** A PGlite. It calls the work when no other transaction is open. */
interface Pglite extends PostgresQueryable {
  transaction<R>(work: (transaction: PostgresQueryable) => Promise<R>): Promise<R>;
  waitReady: Promise<void>;
}

/**
 * A Client of pg and a PGlite have a queue, which may also hold queries of the application. A statement that is given
 * up before its turn comes is never sent. A Client of pg gets one of our statements at a time. Other clients with a
 * `query` get each statement at once.
 */
function queryByClient(client: PostgresQueryable, queues: boolean): Query {
  let last: Promise<unknown> = Promise.resolve();
  // A PGlite may need some seconds to start.
  let isReady = !isPglite(client);
  if (isPglite(client)) client.waitReady.then(() => (isReady = true), ignore);
  return async (text, values, signal) => {
    const before = queues ? last : Promise.resolve();
    let isSent = false;
    let isGivenUp = false;
    const busy = () => notConnected("PostgreSQL", "The connection is busy");
    const start = () => {
      if (isGivenUp) return busy();
      isSent = true;
      return null;
    };
    const mine = before.then(() => send(client, text, values, start));
    last = mine.catch(ignore);
    const running: Watched = { limit: CANCEL_MS, giveUp: () => isSent && cancel(client) };
    watch(running);
    let giveUp: () => void = ignore;
    const work = () =>
      new Promise<{ rows: unknown[] }>((resolve, reject) => {
        giveUp = () => isSent || !isReady || reject(busy());
        // A client that was closed sends nothing.
        mine.then(resolve, (error) => reject(isSent ? error : notConnected("PostgreSQL", error)));
      });
    try {
      const early = { milliseconds: WAIT_TIMEOUT_MS, call: () => giveUp() };
      const timedOut = () => (isSent ? noAnswer() : busy());
      const { rows } = await within(ANSWER_TIMEOUT_MS, work, signal, timedOut, early);
      return rows as AnyRow[];
    } finally {
      isGivenUp = true;
      unwatch(running);
    }
  };
}

/** Sends a statement unless `start`, which is called when its turn has come, returns an error. */
async function send(
  client: PostgresQueryable,
  text: string,
  values: unknown[],
  start: () => Error | null,
): Promise<{ rows: unknown[] }> {
  async function sendBy(client: PostgresQueryable) {
    const error = start();
    if (error) throw error;
    return client.query(text, values);
  }

  if (isPglite(client)) return client.transaction(sendBy);
  const { Query } = Object(client.constructor) as { Query?: PgQueryClass };
  if (!Query) return sendBy(client);
  const query = new Query(text, values);
  const { submit } = query;
  query.submit = (connection) => start() ?? submit.call(query, connection);
  return new Promise((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    (client as { query(query: unknown): unknown }).query(query);
  });
}

function isPglite(client: PostgresQueryable): client is Pglite {
  return "waitReady" in client;
}

function ignore(): void {}
