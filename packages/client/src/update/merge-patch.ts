import { isMembers, type Members } from "./members.ts";

/**
 * The merge patch that makes `next` of `current`, or `undefined` if nothing differs.
 *
 * A member that is `undefined` or `null` is removed. We choose: a member that is missing in `next` stays, because a
 * recipe may return only the changed members. But if the recipe returns the same object that it was given (`same`), it
 * deleted the missing member on purpose, so that member is removed.
 *
 * @see RFC 7396 §2
 */
export function patchFor(current: unknown, next: unknown, same: boolean): unknown {
  if (!isMembers(current) || !isMembers(next)) return equal(current, next) ? undefined : next;
  const changes: Members = {};
  for (const [name, value] of Object.entries(next)) {
    if (value === undefined || value === null) {
      if (current[name] !== undefined && current[name] !== null) changes[name] = null;
      continue;
    }
    const change = patchFor(Object.hasOwn(current, name) ? current[name] : undefined, value, same);
    if (change !== undefined) define(changes, name, change);
  }
  if (same) for (const name of Object.keys(current)) if (!Object.hasOwn(next, name)) changes[name] = null;
  return Object.keys(changes).length > 0 ? changes : undefined;
}

/** The value with the patch applied. @see RFC 7396 §2 */
export function patched(value: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch;
  const result: Members = isMembers(value) ? { ...value } : {};
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete result[name];
    else define(result, name, patched(result[name], change));
  }
  return result;
}

/** A member named `__proto__` is data here, as it is in JSON. */
function define(result: Members, name: string, value: unknown): void {
  Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
