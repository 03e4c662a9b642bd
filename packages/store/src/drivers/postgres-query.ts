import { hexDigest } from "../contract/digest.ts";
import { sqlState } from "./postgres-errors.ts";

/** A row as the libraries return it. */
export type AnyRow = Record<string, unknown>;

/**
 * Runs one statement, which commits by itself. It sends nothing unless it has a connection. A statement that was given
 * up before it was sent is never sent later.
 */
export type Query = (text: string, values: unknown[], signal: AbortSignal | undefined) => Promise<AnyRow[]>;

/** The name of a prepared statement; `undefined`: the statement is not prepared. */
type StatementName = string | undefined;

/**
 * Sends statements under a name, so that the server plans each of them once for each connection.
 *
 * A pooler before the server, such as PgBouncer, may use another of the server's connections for each statement. The
 * server then refuses the name before it runs anything. From then on, no statement has a name.
 */
export function prepared<R>(
  send: (text: string, values: unknown[], signal: AbortSignal | undefined, name: StatementName) => Promise<R>,
  isAllowed = true,
): (text: string, values: unknown[], signal: AbortSignal | undefined) => Promise<R> {
  let isOff = !isAllowed;
  return async (text, values, signal) => {
    if (isOff || values.length === 0) return send(text, values, signal, undefined);
    try {
      return await send(text, values, signal, names.get(text) ?? (await newNameOf(text)));
    } catch (error) {
      if (!NAME_REFUSED.has(sqlState(error))) throw error;
      isOff = true;
      return send(text, values, signal, undefined);
    }
  };
}

/**
 * The name is not known, or is taken; or the result of its plan has other types than before, because a table was
 * changed.
 */
const NAME_REFUSED = new Set<unknown>(["26000", "42P05", "0A000"]);

const names = new Map<string, string>();

/** The same text has the same name in every process, because a pooler shares connections between processes. */
async function newNameOf(text: string): Promise<string> {
  const name = `entity_tag_${await hexDigest("SHA-1", text)}`;
  names.set(text, name);
  return name;
}
