import { ConstraintError, StoreBusyError, StoreFullError, ValueTooLargeError } from "../contract/errors.ts";

const [BUSY, LOCKED, READONLY, IO_ERROR, FULL, TOO_BIG, CONSTRAINT] = [5, 6, 8, 10, 13, 18, 19];
/** No memory, interrupted, cannot open a file, locking protocol: the statement was rolled back. */
const REFUSED: ReadonlySet<number> = new Set([7, 9, 14, 15]);
/** The database cannot be used until somebody acts. The statement was rolled back. */
const UNUSABLE: ReadonlyMap<number, string> = new Map([
  [3, "Let the process read and write the file and its folder"],
  [11, "The file is damaged: PRAGMA integrity_check says where"],
  [23, "Let the authorizer of the connection accept the store's statements"],
  [26, "Give the name of a SQLite database, and its key if it is encrypted"],
]);
const CODES = new Map([
  ["SQLITE_PERM", 3],
  ["SQLITE_BUSY", BUSY],
  ["SQLITE_LOCKED", LOCKED],
  ["SQLITE_NOMEM", 7],
  ["SQLITE_READONLY", READONLY],
  ["SQLITE_INTERRUPT", 9],
  ["SQLITE_IOERR", IO_ERROR],
  ["SQLITE_CORRUPT", 11],
  ["SQLITE_FULL", FULL],
  ["SQLITE_CANTOPEN", 14],
  ["SQLITE_PROTOCOL", 15],
  ["SQLITE_TOOBIG", TOO_BIG],
  ["SQLITE_CONSTRAINT", CONSTRAINT],
  ["SQLITE_AUTH", 23],
  ["SQLITE_NOTADB", 26],
]);

/** Deno KV keeps its data in SQLite, and gives only a message: one of SQLite, or one of its own. */
const MESSAGES = new Map([
  ["database is locked", BUSY],
  ["attempt to write a readonly database", READONLY],
  ["Can not write to a read-only database.", READONLY],
  ["database or disk is full", FULL],
  ["database disk image is malformed", 11],
]);

/** True while another connection holds a lock. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** Translates an error when it is certain that nothing was written; otherwise returns it unchanged. */
export function certain(error: unknown, isRead: boolean): unknown {
  const code = resultCode(error);
  if (code === undefined) {
    const { message } = (error ?? {}) as { message?: string };
    return CLOSED.test(message ?? "")
      ? new StoreBusyError("The database is closed", { cause: error })
      : error;
  }
  // A read that failed has written nothing. A write may have failed after its commit.
  if (REFUSED.has(code) || (isRead && code === IO_ERROR))
    return new StoreBusyError("SQLite cannot do this now", { cause: error });
  if (code === FULL) return new StoreFullError("The disk is full", { cause: error });
  if (code === READONLY) return new StoreBusyError("The database is read-only", { cause: error });
  if (code === TOO_BIG) return new ValueTooLargeError("The value is too long for SQLite", { cause: error });
  const { message } = error as Error;
  if (code === CONSTRAINT) return new ConstraintError(message, { cause: error });
  const advice = UNUSABLE.get(code);
  if (advice === undefined) return error;
  return new TypeError(`Cannot use the SQLite database: ${message}. ${advice}. Nothing was written`, {
    cause: error,
  });
}

/** The libraries have no code for this. */
const CLOSED = /\b(not open|closed database|has closed|finalized)\b/;

/** The primary result code of an error, whichever library raised it. */
function resultCode(error: unknown): number | undefined {
  const { code, errcode, errno } = (error ?? {}) as { code?: unknown; errcode?: unknown; errno?: unknown };
  if (typeof code === "string" && code.startsWith("SQLITE_")) {
    return CODES.get(code.split("_", 2).join("_"));
  }
  const number = typeof errcode === "number" ? errcode : code === undefined ? errno : undefined;
  return typeof number === "number" ? number & 0xff : MESSAGES.get((error as Error | null)?.message ?? "");
}
