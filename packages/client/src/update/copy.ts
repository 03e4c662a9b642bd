import { isPlain } from "../is-plain.ts";

/**
 * A copy of a value, because a recipe may change what it is given. An object of a class is not copied, because the copy
 * would have no methods.
 */
export function copyOf<T>(value: T): T {
  try {
    return copied(value) as T;
  } catch {
    // It contains itself, or a function.
    return value;
  }
}

function copied(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, copied(it)]));
  const copy = structuredClone(value);
  return Object.getPrototypeOf(copy) === Object.getPrototypeOf(value) ? copy : value;
}

/** True when two values certainly differ. Maps, octets and private members of a class cannot be compared. */
export function differ(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return !Object.is(one, other);
  // A list of the members of octets would take seconds.
  if (ArrayBuffer.isView(one)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return true;
  return names.some((name) => !Object.hasOwn(other, name) || differ(one[name], other[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
