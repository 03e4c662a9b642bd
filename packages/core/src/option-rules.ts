/** The rule for one option. */
export interface OptionRule {
  /** True when the value is right. It may throw a `TypeError` of its own. */
  accepts(value: never): boolean;
  /** The values that are allowed, in words. */
  readonly use: string;
}

/** One rule for each known option. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

// These tables are made by pure calls, so that a bundle leaves out those that it does not use.

/** Rules for the options of a policy: `ifMatch`, `require`, `malformed` and `now`. */
export const POLICY_RULES: OptionRules = {
  ifMatch: /* @__PURE__ */ oneOf("strong", "weak"),
  require: {
    accepts: (value: unknown) =>
      typeof value === "boolean" || (Array.isArray(value) && value.every(isMethod)),
    use: 'true, false, or a list of methods in capitals, such as ["PUT"]',
  },
  malformed: /* @__PURE__ */ oneOf("fail", "reject"),
  now: { accepts: (value: unknown) => Number.isFinite(value), use: "milliseconds since the epoch" },
};

/**
 * A rule that allows these words.
 *
 * @example
 * oneOf("fail", "reject").use; // '"fail" or "reject"'
 */
export function oneOf(...words: string[]): OptionRule {
  return {
    accepts: (value: unknown) => words.includes(value as string),
    use: words.map((word) => JSON.stringify(word)).join(" or "),
  };
}

/**
 * A rule that allows a function.
 *
 * @example
 * anyFunction().accepts(() => null); // true
 */
export function anyFunction(): OptionRule {
  return { accepts: (value: unknown) => typeof value === "function", use: "a function" };
}

/**
 * A rule that allows `true` and `false`.
 *
 * @example
 * anyBoolean().accepts(false); // true
 */
export function anyBoolean(): OptionRule {
  return { accepts: (value: unknown) => typeof value === "boolean", use: "true or false" };
}

/** These rules and more. */
export function extended(rules: OptionRules, more: OptionRules): OptionRules {
  return { ...rules, ...more };
}

/** Methods are case-sensitive: `put` would require nothing of PUT. */
function isMethod(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z0-9!#$%&'*+.^_`|~-]+$/.test(value);
}
