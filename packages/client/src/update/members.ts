export type Members = Record<string, unknown>;

/** Whether a value is an object in the sense of JSON. A `Date` is not: `toJSON` makes a text of it. */
export function isMembers(value: unknown): value is Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return typeof (value as Members).toJSON !== "function";
}
