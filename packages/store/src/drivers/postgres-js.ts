import {
  ANSWER_TIMEOUT_MS,
  CANCEL_MS,
  notConnected,
  WAIT_TIMEOUT_MS,
  within,
} from "../contract/time-limits.ts";
import { unwatch, type Watched, watch } from "../contract/watching.ts";
import { warnWithFetchTypes } from "./error-listener.ts";
import { noAnswer, sqlState } from "./postgres-errors.ts";
import { type AnyRow, prepared, type Query } from "./postgres-query.ts";

/** The tag function of postgres.js. */
export interface PostgresJs {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  unsafe(text: string, values?: any[], options?: any): PromiseLike<Iterable<unknown>>;
}

interface PostgresJsQuery extends PromiseLike<Iterable<unknown>> {
  cancel?(): unknown;
  /** Called once by `cancel`. */
  canceller?: ((query: unknown) => Promise<unknown>) | null;
  /** Set once it is sent. */
  state?: unknown;
  /** True while the server runs it. The library also sends statements that wait behind another one. */
  active?: boolean;
  cancelled?: unknown;
  strings?: string[];
  args?: unknown[];
  options?: object;
}

/**
 * Without `prepare`, the library asks for the types of the parameters before each statement. It makes the names of
 * statements itself.
 */
export function queryByPostgresJs(sql: PostgresJs): Query {
  warnWithFetchTypes(sql);
  const { options } = sql as { options?: { prepare?: boolean } };
  return prepared(async (text, values, signal, name) => {
    const prepare = name !== undefined;
    const query: PostgresJsQuery = sql.unsafe(text, values, values.length > 0 ? { prepare } : {});
    let isUnsent = false;
    const early = {
      milliseconds: WAIT_TIMEOUT_MS,
      call() {
        isUnsent = !query.state;
        if (isUnsent) withdraw(query);
      },
    };
    const running = stopper(query, CANCEL_MS);
    watch(running);
    try {
      return Array.from(await within(ANSWER_TIMEOUT_MS, () => query, signal, noAnswer, early)) as AnyRow[];
    } catch (error) {
      if (signal?.aborted) stopSoon(query);
      if (isUnsent || isNotSent(error)) throw notConnected("PostgreSQL", error);
      throw error;
    } finally {
      unwatch(running);
    }
  }, options?.prepare !== false);
}

/** How often it is checked whether the server runs a statement, in milliseconds. */
const CHECK_MS = 50;

/**
 * Asks the server to cancel a statement that is still running after this time.
 *
 * A statement may have been sent behind another one on the same connection. If the library cancels it there, it gives
 * its answer to the next statement (postgres.js 3.4.9). So it must be running. The request takes some time to arrive,
 * and would then cancel the next statement. So it must be running at two checks.
 */
function stopper(query: PostgresJsQuery, milliseconds: number): Watched {
  let isRunning = false;
  const check: Watched = {
    limit: milliseconds,
    giveUp() {
      if (isRunning && query.active) return cancel(query);
      isRunning = query.active === true;
      check.limit = CHECK_MS;
      watch(check);
    },
  };
  return check;
}

/** Ends a statement whose client has left. */
function stopSoon(query: PostgresJsQuery): void {
  if (!query.state) {
    withdraw(query);
    return;
  }
  const check = stopper(query, CHECK_MS);
  watch(check);
  const end = () => unwatch(check);
  query.then(end, end);
}

/**
 * The library removes a statement from its queue. But a new connection may hold the statement until it is open: it
 * would find it cancelled, send nothing, and be lost to the pool (postgres.js 3.4.9). So that connection gets an empty
 * statement instead.
 */
function withdraw(query: PostgresJsQuery): void {
  cancel(query);
  if (!query.cancelled) return;
  Object.assign(query, { cancelled: null, strings: [""], args: [] });
  query.options = { ...query.options, simple: true, prepare: false };
}

/**
 * The library rejects two promises without a listener, and each would end the process: the promise of a statement that
 * nobody awaits any more, and that of a cancellation that does not reach the server. `query.then` would send the
 * statement.
 */
function cancel(query: PostgresJsQuery): void {
  if (query instanceof Promise) Promise.prototype.then.call(query, undefined, ignore);
  const { canceller } = query;
  if (typeof canceller !== "function") return void query.cancel?.();
  query.canceller = null;
  Promise.resolve(canceller(query)).catch(ignore);
}

function ignore(): void {}

/** Errors of postgres.js, and of its socket while it connects. */
const NOT_SENT = new Set(["CONNECT_TIMEOUT", "CONNECTION_ENDED", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** Class 28: the server refused the role or its password; 3D000: it has no such database. Both end the connection. */
function isNotSent(error: unknown): boolean {
  const state = String(sqlState(error));
  return NOT_SENT.has(state) || /^(28...|3D000)$/.test(state);
}
