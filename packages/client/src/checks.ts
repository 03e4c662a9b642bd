import { anyBoolean, checkOptions, type OptionRule, type OptionRules } from "@entity-tag/core/adapter";

/** A rule that allows an object with these methods. `use` says how to get one. */
export function objectWith(methods: readonly string[], use: string): OptionRule {
  return {
    accepts: (value: Record<string, unknown> | null) =>
      typeof value === "object" &&
      value !== null &&
      methods.every((name) => typeof value[name] === "function"),
    use,
  };
}

/** A rule that allows a number above `least`. */
export function numberAbove(least: number, use: string): OptionRule {
  return { accepts: (value: unknown) => typeof value === "number" && value > least, use };
}

/** A rule that allows an integer from `least` on. */
export function integerFrom(least: number): OptionRule {
  return {
    accepts: (value: unknown) => Number.isInteger(value) && (value as number) >= least,
    use: `an integer from ${least} on`,
  };
}

/** A rule that allows a text that is not empty. */
export function someText(): OptionRule {
  return { accepts: (value: unknown) => typeof value === "string" && value !== "", use: "a text" };
}

const PLACE: OptionRule = {
  accepts: (value: unknown) =>
    typeof value === "function" || (typeof value === "string" && /^(?:\/|$)/.test(value)),
  use: 'a JSON Pointer, as in "/etag", or a function',
};
const STATUSES: OptionRule = {
  accepts: (value: unknown) =>
    typeof value === "function" || (Array.isArray(value) && value.every(Number.isInteger)),
  use: "a list of statuses, as in [412], or a function of the response",
};
const DIALECT_RULES: OptionRules = {
  etag: PLACE,
  items: PLACE,
  url: PLACE,
  itemEtag: PLACE,
  value: PLACE,
  quoted: /* @__PURE__ */ anyBoolean(),
  conflict: STATUSES,
  gone: STATUSES,
  again: STATUSES,
};

/** Checks a dialect, also one that a user wrote. @throws {TypeError} */
export function checkDialect(dialect: unknown, where: string): void {
  if (typeof dialect !== "object" || dialect === null)
    throw new TypeError(`${where}: \`dialect\` is ${shown(dialect)}: use a dialect, such as http or google`);
  checkOptions(dialect, DIALECT_RULES, `${where}: the dialect`);
}

/** @throws {TypeError} if it is not a function */
export function checkRecipe(recipe: unknown, where: string): void {
  if (typeof recipe === "function") return;
  throw new TypeError(
    `${where}: the recipe is ${shown(recipe)}: use a function of the current value, ` +
      "as in (current) => ({ ...current, done: true })",
  );
}

/**
 * How an error message shows a given value. It shows only the names of an object's members, because a value may be
 * secret.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const names = Array.isArray(value) ? [] : Object.keys(value);
  if (names.length > 0) return `an object with ${names.slice(0, 9).join(", ")}`;
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (type === "Promise") return "a Promise without `await`";
  return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}
