import {
  ConstraintError,
  InvalidValueError,
  StoreBusyError,
  StoreFullError,
  ValueTooLargeError,
} from "../contract/errors.ts";
import { ANSWER_TIMEOUT_MS } from "../contract/time-limits.ts";

export function sqlState(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** The statement was sent, so its outcome is unknown. */
export function noAnswer(): Error {
  return new Error(`PostgreSQL has not answered within ${ANSWER_TIMEOUT_MS} ms`);
}

/**
 * Errors of a statement that was rolled back and may be tried again at once: serialization failure, deadlock.
 */
const ROLLED_BACK = new Set<unknown>(["40001", "40P01"]);

/**
 * Errors of a statement that was refused or rolled back, and is likely to succeed later: no lock, out of connections or
 * memory, cancelled, read-only, starting up, an idle session that the server ended. A session ended by the
 * administrator (57P01) is not in this list: it may have committed.
 */
const BUSY = new Set<unknown>([
  ...["55P03", "53000", "53200", "53300", "53400", "57014", "57P03", "57P05", "25006"],
]);
/** The server could not read or write a file, or two sessions changed the same row of its catalog. */
const INTERNAL = new Set<unknown>(["58030", "58P01", "XX000"]);
const DISK_FULL = "53100";
const READ_ONLY = "25006";
/** Databases that speak the protocol of PostgreSQL say this when they do not know whether a statement was committed. */
const UNKNOWN = "40003";
/** A limit of PostgreSQL itself, such as the size of a row in an index that a user made. */
const TOO_LARGE = "54000";

export function isRolledBack(error: unknown): boolean {
  return ROLLED_BACK.has(sqlState(error));
}

/** Translates an error when it is certain that nothing was written; otherwise returns it unchanged. */
export function certain(error: unknown, table: string): unknown {
  const state = sqlState(error);
  if (state === DISK_FULL) return new StoreFullError("The disk is full", { cause: error });
  if (state === TOO_LARGE) return new ValueTooLargeError((error as Error).message, { cause: error });
  if (BUSY.has(state) || (INTERNAL.has(state) && isRefused(error)))
    return new StoreBusyError("PostgreSQL cannot do this now", { cause: error });
  if (isConstraint(error)) return new ConstraintError(constraintIn(error), { cause: error });
  if (isData(state)) return new InvalidValueError((error as Error).message, { cause: error });
  if (!isRefused(error)) return error;
  return new TypeError(`Cannot use the table ${table}: ${problemIn(error)}. Nothing was written`, {
    cause: error,
  });
}

/** PostgreSQL rolled the statement back, and the session goes on. A pooler says FATAL when it does not know. */
function isRefused(error: unknown): boolean {
  const { severity } = (error ?? {}) as { severity?: string };
  return severity === "ERROR" && !isBroken(error) && sqlState(error) !== UNKNOWN;
}

/** The problem with the table, and the remedy. */
function problemIn(error: unknown): string {
  const { message = "" } = error as Partial<Error>;
  switch (sqlState(error)) {
    case "42P01":
      return "it does not exist. Call createTable() first";
    case "42703":
      return `${message}. createTable() says what to do`;
    case "42501":
      return `${message}. Grant SELECT, INSERT, UPDATE and DELETE on it and on its ledger`;
  }
  return message;
}

/**
 * True for constraints, the condition of a view, errors of a trigger, and rows that a policy of row security refuses.
 */
function isConstraint(error: unknown): boolean {
  const state = sqlState(error);
  const { routine } = (error ?? {}) as { routine?: string };
  if (state === "42501") return routine === "ExecWithCheckOptions";
  return typeof state === "string" && (/^(23|P0)...$/.test(state) || state === "44000");
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
export function isBroken(error: unknown): boolean {
  const state = sqlState(error);
  return typeof state !== "string" || state.length !== 5 || /^(08|57P)/.test(state) || state === READ_ONLY;
}
