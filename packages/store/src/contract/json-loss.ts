/** A member that JSON would write as null although it is another value. */
export interface Loss {
  /** Where it is, as a JSON Pointer. Empty for the value itself. @see RFC 6901 */
  pointer: string;
  value: unknown;
}

/** The first member that JSON would write as null although it is another value. */
export function lossIn(value: unknown): Loss | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { pointer: "", value };
  if (typeof value !== "object" || value === null) return undefined;
  const members = value as { [name: string]: unknown; toJSON?: unknown };
  if (typeof members.toJSON === "function") return lossInOwnForm(members as { toJSON(): unknown });
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

/** True for the types that JSON does not have. */
function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
