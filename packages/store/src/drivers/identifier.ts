import { shownGiven } from "../contract/given.ts";

/** In bytes. PostgreSQL silently cuts off longer names. */
export const MAX_LENGTH = 63;

/**
 * The name of a table, quoted for SQL: `pages`, or `app.pages` with a schema.
 *
 * @throws {TypeError} on anything but ASCII letters, digits and `_` in at most two parts that do not begin with a digit
 */
export function quoteTable(name: string): string {
  const parts = typeof name === "string" ? name.split(".") : [];
  if (parts.length >= 1 && parts.length <= 2 && parts.every(isIdentifier)) {
    return parts.map((part) => `"${part}"`).join(".");
  }
  throw new TypeError(
    `Cannot use ${shownGiven(name)} as a table's name. Use letters, digits and _, at most ${MAX_LENGTH} of them, ` +
      `with a schema before a dot if need be: "app.pages"`,
  );
}

/**
 * The quoted name of the ledger that belongs to a table.
 *
 * @throws {TypeError} when it is longer than `maxLength`
 */
export function ledgerTable(name: string, maxLength = Number.POSITIVE_INFINITY): string {
  const longest = maxLength - "_ledger".length;
  const length = name.slice(name.lastIndexOf(".") + 1).length;
  if (length > longest)
    throw new TypeError(
      `Cannot use the table name ${name}: it is ${length} characters long. Use at most ${longest}`,
    );
  return quoteTable(name).replace(/"$/, '_ledger"');
}

function isIdentifier(part: string): boolean {
  if (part.length < 1 || part.length > MAX_LENGTH) return false;
  return [...part].every(
    (character, i) => isLetter(character) || (i > 0 && character >= "0" && character <= "9"),
  );
}

function isLetter(character: string): boolean {
  return (
    (character >= "a" && character <= "z") || (character >= "A" && character <= "Z") || character === "_"
  );
}
