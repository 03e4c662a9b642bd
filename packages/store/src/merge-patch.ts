/**
 * The target with the patch applied: what the patch names is replaced, `null` removes, the rest stays.
 * Neither argument is changed. Recursion goes as deep as the patch: limit that of one from the network.
 *
 * @example
 * mergePatch({ a: 1, b: 2 }, { b: null, c: 3 }); // { a: 1, c: 3 }
 * @see RFC 7396 §2
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // Assigning would hand a member called __proto__ to the object's prototype; this makes it a member like any other.
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
