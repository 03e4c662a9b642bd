import {
  anyBoolean,
  anyFunction,
  checkOptions,
  type OptionRule,
  type OptionRules,
} from "@entity-tag/core/adapter";
import { isPlainObject, shownGiven, wrongArgument } from "./given.ts";

/** A rule for an option whose value is checked where it is used, with its own message. */
export const checkedElsewhere: OptionRule = {
  accepts: (value: unknown) => value !== null,
  use: "another value, or leave it out",
};

const aString: OptionRule = { accepts: (value: unknown) => typeof value === "string", use: "a string" };

/** A rule for an `AbortSignal`, of any realm. */
export const SIGNAL_RULE: OptionRule = {
  accepts: (value: unknown) => typeof (value as AbortSignal | null)?.throwIfAborted === "function",
  use: "an AbortSignal",
};

/** A rule for bytes. In Jest, each test file has a `Uint8Array` of its own, so `instanceof` does not work. */
export const BYTES_RULE: OptionRule = {
  accepts: (value: unknown) => Object.prototype.toString.call(value) === "[object Uint8Array]",
  use: "a Uint8Array",
};

/** Rules for what every driver takes. */
export const STORE_RULES: OptionRules = {
  encode: anyFunction(),
  decode: anyFunction(),
  ledger: ledgerRule("maxAge", "maxEntries"),
};

/** A rule for the limits of a ledger. */
export function ledgerRule(...names: ("maxAge" | "maxEntries")[]): OptionRule {
  const example = { maxAge: "maxAge: 86400", maxEntries: "maxEntries: 1000000" };
  return {
    accepts: (value: unknown) =>
      isPlainObject(value) && Object.keys(value).every((name) => names.includes(name as "maxAge")),
    use: `an object such as { ${names.map((name) => example[name]).join(", ")} }`,
  };
}

/** Rules for `read`, `createTable` and others that take only a signal. */
export const SIGNAL_RULES: OptionRules = { signal: SIGNAL_RULE };

const SWAP_RULES: OptionRules = {
  ...SIGNAL_RULES,
  writeId: aString,
  octets: BYTES_RULE,
  skipValue: anyBoolean(),
  claim: {
    accepts: (value: unknown) => {
      const { id, fingerprint } = (value ?? {}) as Record<string, unknown>;
      return typeof id === "string" && typeof fingerprint === "string";
    },
    use: "an object such as { id, fingerprint }, of two strings",
  },
};

const LIST_RULES: OptionRules = {
  ...SIGNAL_RULES,
  limit: {
    accepts: (value: unknown) => Number.isInteger(value) && (value as number) > 0,
    use: "a whole number above 0",
  },
  after: aString,
  values: anyBoolean(),
};

const KNOWN_RULE = {
  accepts: (value: unknown) =>
    value === "*" || (Array.isArray(value) && value.every((version) => typeof version === "string")),
  use: 'a list of versions, or "*"',
};

/**
 * Checks the arguments of a swap. Without this check, `undefined` in place of `null` would be a version that is never
 * found, so the swap would be lost for ever.
 */
export function checkSwap(expected: unknown, options: object): void {
  checkOptions(options, SWAP_RULES, "swap()");
  if (expected === null || typeof expected === "string") return;
  const use = "a version that read() returned, or null where there is no value";
  throw wrongArgument("swap(), as the expected version,", expected, use);
}

export function checkList(options: object): void {
  checkOptions(options, LIST_RULES, "list()");
  if (!("limit" in (options ?? {}))) throw wrongArgument("list()", options, "options such as { limit: 100 }");
}

/** Checks the versions that a reader knows. */
export function checkKnown(known: unknown, where: string): void {
  if (!KNOWN_RULE.accepts(known))
    throw wrongArgument(`${where}, as the known versions,`, known, KNOWN_RULE.use);
}

/**
 * Checks that it is a store, where it is given.
 *
 * @throws {TypeError} if it is something else, such as the promise of `createTable()`
 */
export function checkStore(store: unknown, where: string): void {
  const { read, swap } = (store ?? {}) as Record<string, unknown>;
  if (typeof read === "function" && typeof swap === "function") return;
  throw wrongArgument(where, store, "a store, such as memoryStore()");
}

/**
 * Checks that it is a `Request`, of any realm or library.
 *
 * @throws {TypeError} if it is something else, such as a request of `node:http`
 */
export function checkRequest(request: unknown, where: string): void {
  const { method, url, headers } = (request ?? {}) as Record<string, unknown>;
  const hasFields = typeof (headers as Headers | null | undefined)?.get === "function";
  if (typeof method === "string" && typeof url === "string" && hasFields) return;
  const shown = shownGiven(request);
  // Fastify's class has the same name.
  const given = shown === "a Request" ? "another kind of Request" : shown;
  throw new TypeError(
    `${where} was given ${given}: use a Request of the Web platform. ` +
      "https://github.com/entity-tag/entity-tag/blob/main/docs/guides/mounting.md makes one in each framework",
  );
}
