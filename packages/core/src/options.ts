import type { Policy } from "./evaluate.ts";
import type { Tagging } from "./tagging.ts";

/**
 * The options of a `conditional`, if each of them is one: a mistake is found when a server starts, not when a request
 * comes that it would matter to.
 *
 * @throws {TypeError} on a value that an option cannot have
 * @example
 * checkedOptions({ maxBytes: 1024, ifMatch: "weak" }); // the same
 */
export function checkedOptions<
  Options extends Policy & { maxBytes?: number | undefined; tag?: Tagging<never>["tag"] | object },
>(options: Options): Options {
  const { ifMatch = "strong", malformed = "fail", require = false, maxBytes = 0, tag = {} } = options;
  const isListed = Array.isArray(require) && require.every((method) => typeof method === "string");
  check(ifMatch === "strong" || ifMatch === "weak", "ifMatch", ifMatch, '"strong" or "weak"');
  check(malformed === "fail" || malformed === "reject", "malformed", malformed, '"fail" or "reject"');
  check(typeof require === "boolean" || isListed, "require", require, "a boolean, or a list of methods");
  check(typeof maxBytes === "number" && maxBytes >= 0, "maxBytes", maxBytes, "a number from 0 on");
  check(
    tag === false || typeof tag === "function" || (typeof tag === "object" && tag !== null),
    "tag",
    tag,
    "false, a function, or an object such as { weak: false }",
  );
  return options;
}

function check(isRight: boolean, name: string, given: unknown, right: string): void {
  if (isRight) return;
  const isPlain = typeof given === "string" || typeof given === "object";
  const shown = isPlain ? JSON.stringify(given) : String(given);
  throw new TypeError(`\`${name}\` is ${shown}: use ${right}`);
}
