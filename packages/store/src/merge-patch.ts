/**
 * The target with the patch applied: members of the patch replace those of the target, `null` removes, and
 * all others stay. Neither argument is changed. The recursion is as deep as the patch, so limit the depth of
 * a patch from the network.
 *
 * @example
 * mergePatch({ a: 1, b: 2 }, { b: null, c: 3 }); // { a: 1, c: 3 }
 * @see RFC 7396 §2
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    // JSON has no `undefined`: such a member would be lost on the way, so it changes nothing.
    if (value === undefined) continue;
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // Plain assignment to `__proto__` would set the object's prototype. This makes it an ordinary member.
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
