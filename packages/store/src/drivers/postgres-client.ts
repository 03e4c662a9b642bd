import { ConstraintError, InvalidValueError, StoreBusyError, StoreFullError } from "../contract/errors.ts";
import { ANSWER_TIMEOUT, notConnected, PATIENCE, within } from "../contract/patience.ts";
import { warnWithoutErrorListener } from "./error-listener.ts";

/** A Pool or Client of `pg`, or a PGlite. */
export interface PostgresQueryable {
  // biome-ignore lint/suspicious/noExplicitAny: each library has its own type for what can be bound
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

/** The tag function of postgres.js. */
export interface PostgresJs {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  unsafe(text: string, values?: any[], options?: any): PromiseLike<Iterable<unknown>>;
}

/** A row as the libraries return it. */
export type AnyRow = Record<string, unknown>;

/**
 * Runs one statement, which commits by itself. It sends nothing unless a connection is there. A statement
 * that was given up before it was sent is never sent later.
 */
export type Query = (text: string, values: unknown[], signal: AbortSignal | undefined) => Promise<AnyRow[]>;

interface PgPool extends PostgresQueryable {
  connect(): Promise<PgClient>;
  on(event: "connect", listener: (client: PgClient) => void): unknown;
}

interface PgClient extends PostgresQueryable {
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: boolean): void;
}

/** @throws {TypeError} on anything without `query` or `unsafe` */
export function queryOf(client: PostgresQueryable | PostgresJs): Query {
  const given = Object(client) as Partial<PostgresJs & PgPool> & { totalCount?: number };
  if (typeof given.unsafe === "function") return queryByPostgresJs(client as PostgresJs);
  if (typeof given.query === "function") {
    const connects = typeof given.connect === "function";
    const isPool = connects && typeof given.totalCount === "number";
    if (connects) warnWithoutErrorListener(client, isPool ? "The pool" : "The PostgreSQL client");
    return isPool ? queryByPool(client as PgPool) : queryByClient(client as PostgresQueryable, connects);
  }
  throw new TypeError(
    `Cannot use ${String(client)} as a PostgreSQL client. Give a Pool of pg, the function of postgres.js, or a PGlite`,
  );
}

/**
 * The `query` of a pool sends queued statements at any later time. So this takes a connection first, without
 * another round trip, and returns it when it comes too late.
 */
function queryByPool(pool: PgPool): Query {
  surviveEarlyErrors(pool);
  return async (text, values, signal) => {
    const client = await connected(pool, signal);
    // Without a listener, a connection that breaks meanwhile would end the process. The query itself rejects,
    // too.
    client.on("error", ignore);
    const query = client.query(text, values);
    // Returns the connection when the statement has ended. That may be later than our wait, because a
    // statement may wait briefly for locks.
    query.then(
      () => giveBack(client, false),
      (error: unknown) => giveBack(client, isBroken(error)),
    );
    const { rows } = await within(ANSWER_TIMEOUT, () => query, signal, noAnswer);
    return rows as AnyRow[];
  };
}

const surviving = new WeakSet<PgPool>();

/**
 * A server that ends a new connection at once may say so in the packet that says it is ready. pg then emits the error
 * before the promise of `connect` has told anybody, so the listener must be there before.
 */
function surviveEarlyErrors(pool: PgPool): void {
  if (surviving.has(pool)) return;
  surviving.add(pool);
  pool.on("connect", (client) => client.on("error", () => {}));
}

async function connected(pool: PgPool, signal: AbortSignal | undefined): Promise<PgClient> {
  const connecting = pool.connect();
  let isTaken = false;
  try {
    const wait = () => connecting.catch((error) => Promise.reject(notConnected("PostgreSQL", error)));
    const client = await within(PATIENCE, wait, signal, () =>
      notConnected("PostgreSQL", "No connection is free"),
    );
    isTaken = true;
    return client;
  } finally {
    if (!isTaken)
      connecting.then(
        (client) => client.release(),
        () => {},
      );
  }
}

function giveBack(client: PgClient, destroy: boolean): void {
  client.off("error", ignore);
  client.release(destroy);
}

function ignore(): void {}

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
        ANSWER_TIMEOUT,
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

interface PostgresJsQuery extends PromiseLike<Iterable<unknown>> {
  cancel?(): unknown;
  /** Set once it is sent. */
  state?: unknown;
}

function queryByPostgresJs(sql: PostgresJs): Query {
  // Without `prepare`, the library asks for the parameter types before each statement. Behind PgBouncer it
  // must.
  const { options } = sql as { options?: { prepare?: boolean } };
  const prepare = options?.prepare !== false;
  return async (text, values, signal) => {
    const query: PostgresJsQuery = sql.unsafe(text, values, values.length > 0 ? { prepare } : {});
    // Removes a statement that is still queued, and asks the server to cancel one that is running.
    const stop = () => void query.cancel?.();
    const late = setTimeout(() => query.state || stop(), PATIENCE);
    try {
      return Array.from(await within(ANSWER_TIMEOUT, async () => query, signal, noAnswer)) as AnyRow[];
    } catch (error) {
      if (signal?.aborted) stop();
      if (isNotSent(error)) throw notConnected("PostgreSQL", error);
      throw error;
    } finally {
      clearTimeout(late);
    }
  };
}

/** Errors of postgres.js, and of its socket while it connects. */
const NOT_SENT = new Set(["CONNECT_TIMEOUT", "CONNECTION_ENDED", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

function isNotSent(error: unknown): boolean {
  return NOT_SENT.has(String(sqlState(error)));
}

function noAnswer(): Error {
  return new Error(`PostgreSQL has not answered within ${ANSWER_TIMEOUT} ms`);
}

/**
 * Errors of a statement that was rolled back and may be tried again at once: serialization failure, deadlock.
 */
const ROLLED_BACK = new Set<unknown>(["40001", "40P01"]);

/**
 * Errors of a statement that was refused or rolled back, and is likely to succeed later: no lock, out of
 * connections or memory, cancelled, read-only, starting up. A session ended by the administrator (57P01) is
 * not in this list: it may have committed.
 */
const BUSY = new Set<unknown>(["55P03", "53000", "53200", "53300", "53400", "57014", "57P03", "25006"]);
const DISK_FULL = "53100";
const READ_ONLY = "25006";

export function isRolledBack(error: unknown): boolean {
  return ROLLED_BACK.has(sqlState(error));
}

/** Translates an error when it is certain that nothing was written; otherwise returns it unchanged. */
export function certain(error: unknown, table: string): unknown {
  const state = sqlState(error);
  if (state === DISK_FULL) return new StoreFullError("The disk is full", { cause: error });
  if (BUSY.has(state)) return new StoreBusyError("PostgreSQL cannot do this now", { cause: error });
  if (isConstraint(state)) return new ConstraintError(constraintIn(error), { cause: error });
  if (isData(state)) return new InvalidValueError((error as Error).message, { cause: error });
  if (state !== "42P01") return error;
  return new TypeError(`Cannot use the table ${table}: it is not there. Call createTable() first`, {
    cause: error,
  });
}

/** Violated integrity constraints, and errors raised by a trigger. */
function isConstraint(state: unknown): boolean {
  return typeof state === "string" && (/^23...$/.test(state) || state === "P0001");
}

/** Data exceptions: a character that the encoding lacks, or a text that is not JSON in a JSON column. */
function isData(state: unknown): boolean {
  return typeof state === "string" && /^22...$/.test(state);
}

/** The name of the constraint, as each library gives it, or the message of a trigger. */
function constraintIn(error: unknown): string {
  const { constraint, constraint_name, message } = error as Record<string, string | undefined>;
  const name = constraint ?? constraint_name;
  return name
    ? `The constraint ${name} refuses this value.`
    : (message ?? "A constraint refuses this value.");
}

/** True when the connection cannot be used again, or its server is no longer the primary. */
function isBroken(error: unknown): boolean {
  const state = sqlState(error);
  return typeof state !== "string" || state.length !== 5 || state.startsWith("57P") || state === READ_ONLY;
}

export function sqlState(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
