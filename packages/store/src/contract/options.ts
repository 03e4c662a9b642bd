import { anyFunction, type OptionRule, type OptionRules } from "@entity-tag/core/adapter";

/** A rule for an option whose value is checked where it is used, with words of its own. */
export const checkedElsewhere: OptionRule = { accepts: () => true, use: "" };

/** Rules for what every driver takes. */
export const STORE_RULES: OptionRules = {
  encode: anyFunction(),
  decode: anyFunction(),
  ledger: {
    accepts: (value: unknown) =>
      typeof value === "object" &&
      value !== null &&
      Object.keys(value).every((name) => name === "maxAge" || name === "maxEntries"),
    use: "an object such as { maxAge: 86400, maxEntries: 1000000 }",
  },
};
