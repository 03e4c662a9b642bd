import { isRecord } from "./given.ts";

/** A plain object of fields, such as Node's `req.headers` or the headers in the event of a cloud function. */
export type PlainHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The fields of a plain object, with the `get` of a `Headers`.
 *
 * Names may be in any case. Several values of one field are one list (§5.3). Node keeps only one line of some fields.
 * Give `req.rawHeaders`, too, so that all lines count.
 *
 * @throws {TypeError} if it is given a `Headers` or anything else that is not a plain object of strings
 * @example
 * headersOf({ "if-none-match": '"v1"' }).get("If-None-Match"); // '"v1"'
 * @see RFC 9110 §5.3
 */
export function headersOf(
  fields: PlainHeaders,
  rawHeaders: readonly string[] = [],
): { get(name: string): string | undefined } {
  if (!isRecord(fields) || typeof fields.get === "function" || !Array.isArray(rawHeaders)) {
    const given = isRecord(fields) ? rawHeaders : fields;
    throw new TypeError(
      `headersOf() was given ${String(given)}: use a plain object such as req.headers. A Headers is used as it is`,
    );
  }
  const values = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(fields)) {
    if (!isFieldValue(value)) {
      throw new TypeError(
        `headersOf(): \`${name}\` is ${String(value)}: give it the fields, such as req.headers`,
      );
    }
    values.set(name.toLowerCase(), typeof value === "object" ? value.join(", ") : value);
  }
  const lines = new Map<string, string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const before = lines.get(name);
    lines.set(name, before === undefined ? rawHeaders[i + 1]! : `${before}, ${rawHeaders[i + 1]}`);
    // A field that was removed from the object stays removed, and a changed field stays changed.
    if (before !== undefined && values.get(name) !== undefined) values.set(name, lines.get(name));
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}

function isFieldValue(value: unknown): value is string | readonly string[] | undefined {
  return value === undefined || typeof value === "string" || Array.isArray(value);
}
