import { parseTag } from "./entity-tag.ts";
import { isRecord, shown } from "./given.ts";
import { anyBoolean, anyFunction, extended, type OptionRules, POLICY_RULES } from "./option-rules.ts";

/** The rules of `checkPreconditions`: {@link POLICY_RULES} and `codings`. */
export const CHECK_RULES: OptionRules = /* @__PURE__ */ extended(POLICY_RULES, {
  codings: {
    accepts: (value: unknown) => Array.isArray(value) && value.every(isCoding),
    use: 'a list of names, as in ["gzip"]',
  },
});

/** The rules of `conditionalResponse`: {@link CHECK_RULES}, `tag`, `maxBytes` and `keep`. */
export const LATE_RULES: OptionRules = /* @__PURE__ */ extended(CHECK_RULES, {
  tag: {
    accepts: (value: unknown) => value === false || typeof value === "function" || isTagging(value),
    use: "false, a function, or an object such as { weak: false }",
  },
  maxBytes: {
    accepts: (value: unknown) => typeof value === "number" && value >= 0,
    use: "a number from 0 on",
  },
  keep: /* @__PURE__ */ anyFunction(),
});

/**
 * Checks the names and values of options when they are given, because a misspelt option that protects must not be
 * silent.
 *
 * A value of `undefined` counts as not given. `where` begins the message.
 *
 * @throws {TypeError} on an unknown name, with a suggestion, and on a value that the option does not allow
 * @example
 * const rules = { ...POLICY_RULES, current: anyFunction() };
 * checkOptions({ require: true }, rules, "conditional()"); // undefined
 * @see RFC 9110 §13.2.1
 */
export function checkOptions(options: object | undefined, rules: OptionRules, where: string): void {
  if (options === undefined) return;
  if (!isRecord(options))
    throw new TypeError(`${where} was given ${shown(options)}: use an object of options`);
  for (const name in options) if (!Object.hasOwn(rules, name)) throw unknownOption(name, rules, where);
  // A class may give an option by an accessor, which the loop above does not see.
  for (const name in rules) {
    const value = options[name as never] as never;
    const rule = rules[name]!;
    if (value !== undefined && !rule.accepts(value)) {
      throw new TypeError(`${where}: \`${name}\` is ${shown(value)}: use ${rule.use}`);
    }
  }
}

const METHODS = ["GET", "HEAD", "QUERY", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/**
 * Checks a table of handlers by method, because a handler under a misspelt method is never called.
 *
 * `where` begins the message.
 *
 * @throws {TypeError} if it is not an object, and on a name that is not a method, with a suggestion
 * @example
 * checkMethods({ GET: () => new Response("hello") }, "route()"); // undefined
 * @see RFC 9110 §9.1
 */
export function checkMethods(handlers: object, where: string): void {
  if (!isRecord(handlers)) {
    throw new TypeError(
      `${where} was given ${shown(handlers)}: use an object of handlers, as in { GET: handler }`,
    );
  }
  for (const name of Object.keys(handlers)) {
    if (!METHODS.includes(name)) {
      throw new TypeError(`${where} has no method \`${name}\`: ${hintFor(name, METHODS)}`);
    }
  }
}

function isCoding(value: unknown): boolean {
  return typeof value === "string" && value !== "" && parseTag(`"${value}"`) !== undefined;
}

function unknownOption(name: string, rules: OptionRules, where: string): TypeError {
  const names = Object.keys(rules);
  if (name === "policy") {
    return new TypeError(
      `${where} has no option \`policy\`: give its members by themselves, as in { require: true }`,
    );
  }
  return new TypeError(`${where} has no option \`${name}\`: ${hintFor(name, names)}`);
}

function hintFor(name: string, names: readonly string[]): string {
  const near = (edits: number) =>
    names.find((known) => isWithin(edits, name.toLowerCase(), known.toLowerCase()));
  const nearest = near(0) ?? near(1) ?? near(2);
  return nearest ? `did you mean \`${nearest}\`?` : `use ${names.join(", ")}`;
}

/** True when at most this many letters must be added, removed or replaced to turn one name into the other. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b || edits < 0) return edits >= 0;
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isWithin(edits, restOfA, restOfB);
  return (
    isWithin(edits - 1, restOfA, restOfB) ||
    isWithin(edits - 1, restOfA, b) ||
    isWithin(edits - 1, a, restOfB)
  );
}

const TAGGING_RULES: OptionRules = {
  weak: /* @__PURE__ */ anyBoolean(),
  contentTag: /* @__PURE__ */ anyFunction(),
  fileState: /* @__PURE__ */ anyFunction(),
};

function isTagging(value: unknown): boolean {
  if (!isRecord(value)) return false;
  checkOptions(value, TAGGING_RULES, "`tag`");
  return true;
}
