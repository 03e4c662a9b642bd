/** A plain object of fields, such as Node's `req.headers` or the headers in the event of a cloud function. */
export type PlainHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The fields of a plain object, with the `get` of a `Headers`.
 *
 * Names may be in any case. Several values of one field are one list (§5.3).
 *
 * @throws {TypeError} if it is given a `Headers` or anything else that is not a plain object of strings
 * @example
 * headersOf({ "if-none-match": '"v1"' }).get("If-None-Match"); // '"v1"'
 * @see RFC 9110 §5.3
 */
export function headersOf(fields: PlainHeaders): { get(name: string): string | undefined } {
  const isPlain = typeof fields === "object" && fields !== null && typeof fields.get !== "function";
  if (!isPlain) {
    throw new TypeError(
      `headersOf() was given ${String(fields)}: use a plain object such as req.headers. A Headers is used as it is`,
    );
  }
  const values = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(fields)) {
    values.set(name.toLowerCase(), typeof value === "object" ? value.join(", ") : value);
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}
