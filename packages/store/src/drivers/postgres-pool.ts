import { StoreBusyError } from "../contract/errors.ts";
import {
  ANSWER_TIMEOUT_MS,
  CANCEL_MS,
  notConnected,
  WAIT_TIMEOUT_MS,
  within,
} from "../contract/time-limits.ts";
import { unwatch, type Watched, watch } from "../contract/watching.ts";
import { cancel } from "./postgres-cancel.ts";
import { isBroken, noAnswer } from "./postgres-errors.ts";
import { type AnyRow, prepared, type Query } from "./postgres-query.ts";

/** A Pool of `pg`. */
export interface PgPool {
  connect(): Promise<PgClient>;
  on(event: "connect", listener: (client: PgClient) => void): unknown;
}

interface PgClient {
  query(config: PgStatement): Promise<{ rows: unknown[] }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: boolean): void;
}

interface PgStatement {
  text: string;
  values: unknown[];
  /** The name of a prepared statement. */
  name?: string | undefined;
}

/**
 * The `query` of a pool sends queued statements at any later time. So this takes a connection first, without
 * another round trip, and returns it when it comes too late.
 */
export function queryByPool(pool: PgPool): Query {
  surviveEarlyErrors(pool);
  return prepared(async (text, values, signal, name) => {
    const client = await connected(pool, signal);
    // Without a listener, a connection that breaks meanwhile would end the process. The query itself rejects,
    // too.
    client.on("error", ignore);
    const query = client.query({ text, values, name });
    const early = { milliseconds: CANCEL_MS, call: () => cancel(client) };
    const answer = within(ANSWER_TIMEOUT_MS, () => query, signal, noAnswer, early);
    // Returns the connection when the statement has ended. That may be later than our wait, because a statement may
    // wait briefly for locks. A connection that no longer answers is closed, so that the pool opens another one.
    let isBack = false;
    const back = (destroy: boolean) => {
      unwatch(silent);
      if (!isBack) giveBack(client, destroy);
      isBack = true;
    };
    // Our own wait ends at about the same time. It must end first: a connection that is closed rejects its query.
    const close = () => back(true);
    const silent: Watched = { limit: ANSWER_TIMEOUT_MS, giveUp: () => answer.then(close, close) };
    watch(silent);
    query.then(
      () => back(false),
      (error: unknown) => back(isBroken(error)),
    );
    const { rows } = await answer;
    return rows as AnyRow[];
  });
}

const surviving = new WeakSet<PgPool>();

/**
 * A server that ends a new connection at once may say so in the packet that says it is ready. pg then emits the error
 * before the promise of `connect` resolves, so the listener must be there before.
 */
function surviveEarlyErrors(pool: PgPool): void {
  if (surviving.has(pool)) return;
  surviving.add(pool);
  pool.on("connect", (client) => client.on("error", () => {}));
}

async function connected(pool: PgPool, signal: AbortSignal | undefined): Promise<PgClient> {
  const connecting = pool.connect();
  try {
    return await within(
      WAIT_TIMEOUT_MS,
      () => connecting,
      signal,
      () => notConnected("PostgreSQL", "No connection is free"),
    );
  } catch (error) {
    // The connection may come later. Then it goes back to the pool.
    connecting.then((client) => client.release(), ignore);
    throw isGivenUp(error, signal) ? error : notConnected("PostgreSQL", error);
  }
}

/** True when our wait ended before the pool's attempt did. */
function isGivenUp(error: unknown, signal: AbortSignal | undefined): boolean {
  return error instanceof StoreBusyError || (signal?.aborted === true && error === signal.reason);
}

function giveBack(client: PgClient, destroy: boolean): void {
  client.off("error", ignore);
  client.release(destroy);
}

function ignore(): void {}
