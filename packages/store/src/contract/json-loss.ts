/** A member that JSON would write as another value: NaN as null, and a Map or a promise as `{}`. */
export interface Loss {
  /** Where it is, as a JSON Pointer. Empty for the value itself. @see RFC 6901 */
  pointer: string;
  value: unknown;
}

/**
 * True when the JSON of a value shows that a part of it may be lost: null, `{}`, or the members of a typed array. Most
 * values have none of these, and need no further check.
 */
export function mayHaveLost(json: string): boolean {
  return json.includes("null") || json.includes("{}") || json.includes('{"0":');
}

/** The first member that JSON would write as another value. */
export function lossIn(value: unknown): Loss | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { pointer: "", value };
  if (typeof value !== "object" || value === null) return undefined;
  const members = value as { [name: string]: unknown; toJSON?: unknown };
  if (typeof members.toJSON === "function") return lossInOwnForm(members as { toJSON(): unknown });
  if (hasHiddenContent(value)) return { pointer: "", value };
  const isArray = Array.isArray(value);
  for (const name of Object.keys(members)) {
    const member = members[name];
    // In an object, JSON leaves such a member out, as is usual for an optional one.
    const below = isArray && isAbsent(member) ? { pointer: "", value: member } : lossIn(member);
    if (below) return { value: below.value, pointer: `/${escaped(name)}${below.pointer}` };
  }
  return undefined;
}

function lossInOwnForm(value: { toJSON(): unknown }): Loss | undefined {
  if (!(value instanceof Date)) return lossIn(value.toJSON());
  return Number.isNaN(value.getTime()) ? { pointer: "", value } : undefined;
}

/**
 * True for a Map, a promise, a Blob, an Error and the like: JSON would write `{}`. A typed array would be an object.
 */
function hasHiddenContent(value: object): boolean {
  if (Array.isArray(value)) return false;
  if (ArrayBuffer.isView(value)) return true;
  return Object.keys(value).length === 0 && !WRITTEN_AS_IT_IS.has(Object.prototype.toString.call(value));
}

const WRITTEN_AS_IT_IS = new Set(["Object", "Number", "String", "Boolean"].map((name) => `[object ${name}]`));

/** True for the types that JSON does not have. */
function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
