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
    const stop = () => cancel(query);
    let isUnsent = false;
    const early = {
      milliseconds: WAIT_TIMEOUT_MS,
      call() {
        isUnsent = !query.state;
        if (isUnsent) stop();
      },
    };
    const running: Watched = { limit: CANCEL_MS, giveUp: stop };
    watch(running);
    try {
      return Array.from(await within(ANSWER_TIMEOUT_MS, () => query, signal, noAnswer, early)) as AnyRow[];
    } catch (error) {
      if (signal?.aborted) stop();
      if (isUnsent || isNotSent(error)) throw notConnected("PostgreSQL", error);
      throw error;
    } finally {
      unwatch(running);
    }
  }, options?.prepare !== false);
}

/**
 * Removes a statement that is still queued, and asks the server to cancel one that is running.
 *
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
