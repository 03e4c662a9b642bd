import type { Policy } from "@entity-tag/core";

/** The options of a policy that were given: an absent one and `undefined` mean the same. */
export function policyOf(given: { [Name in keyof Policy]: Policy[Name] | undefined }): Policy {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
