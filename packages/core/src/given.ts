/** True for an object that may have members by name: not a promise, an array, a `Headers`, a `Map` or a `Date`. */
export function isRecord(value: unknown): value is object {
  const given = value as { constructor: unknown; then?: unknown } | null | undefined;
  // Most states are object literals. Reading the constructor is faster than reading the name of the class.
  const isPlain =
    given?.constructor === Object || Object.prototype.toString.call(given) === "[object Object]";
  return isPlain && typeof given!.then !== "function";
}

/** How an error message shows a given value. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "string" || Array.isArray(value) || isRecord(value)) return shortened(jsonOf(value));
  if (typeof value !== "object" || value === null) return String(value);
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, member) => (typeof member === "bigint" ? `${member}n` : member));
  } catch {
    return "an object that contains itself";
  }
}

/** A request of Node or a document may be long. */
function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
