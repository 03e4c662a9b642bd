import { anyFunction, type OptionRule, type OptionRules } from "@entity-tag/core/adapter";

/** A rule for an option whose value is checked where it is used, with words of its own. */
export const checkedElsewhere: OptionRule = {
  accepts: (value: unknown) => value !== null,
  use: "another value, or leave it out",
};

/** Rules for what every driver takes. */
export const STORE_RULES: OptionRules = {
  encode: anyFunction(),
  decode: anyFunction(),
  ledger: {
    accepts: (value: unknown) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).every((name) => name === "maxAge" || name === "maxEntries"),
    use: "an object such as { maxAge: 86400, maxEntries: 1000000 }",
  },
};

/**
 * Checks that it is a store, where it is given.
 *
 * @throws {TypeError} if it is something else, such as the promise of `createTable()`
 */
export function checkStore(store: unknown, where: string): void {
  const { read, swap, then } = (store ?? {}) as Record<string, unknown>;
  if (typeof read === "function" && typeof swap === "function") return;
  const given =
    typeof then === "function" ? "a promise: await it first" : `${shownStore(store)}: use a store`;
  throw new TypeError(`${where} was given ${given}, such as memoryStore()`);
}

function shownStore(store: unknown): string {
  return typeof store === "function" ? "a function" : String(store);
}
