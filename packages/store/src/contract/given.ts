/** How an error message shows a value that was given in place of another. */
export function shownGiven(given: unknown): string {
  if (typeof given === "function") return "a function";
  if (typeof (given as PromiseLike<unknown> | null)?.then === "function") return "a promise";
  if (typeof given === "string" || Array.isArray(given) || isPlainObject(given)) return cut(asJson(given));
  if (typeof given !== "object" || given === null) return String(given);
  const name = nameOfClass(given);
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** A class of an application or a library has the tag "Object", which tells less than its name. */
function nameOfClass(given: object): string {
  const tag = Object.prototype.toString.call(given).slice(8, -1);
  return tag === "Object" ? given.constructor?.name || tag : tag;
}

/**
 * The error for an argument of another kind.
 *
 * @example
 * wrongArgument("sqliteStore()", "file.db", 'a database, such as new DatabaseSync("file.db")');
 */
export function wrongArgument(where: string, given: unknown, use: string): TypeError {
  const shown = shownGiven(given);
  return new TypeError(
    `${where} was given ${shown}: ${shown === "a promise" ? "await it first" : `use ${use}`}`,
  );
}

/** True for an object without a class, so not for a `Map` or a promise. */
export function isPlainObject(given: unknown): given is object {
  if (typeof given !== "object" || given === null) return false;
  const prototype = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function asJson(given: unknown): string {
  try {
    return (
      JSON.stringify(given, (_, member) => (typeof member === "bigint" ? `${member}n` : member)) ??
      "an object"
    );
  } catch {
    return "an object"; // It contains itself.
  }
}

/** A connection string may have a password in it, and a document may be long. */
function cut(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return short.replace(/(\/\/[^:/@]*):[^@]*@/, "$1:***@").replace(/("pass(?:word)?":)"[^"]*"/i, '$1"***"');
}
