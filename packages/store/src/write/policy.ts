import type { Policy } from "@entity-tag/core";

/** The policy's options among these. An option that is `undefined` is left out. */
export function policyOf(given: { [Name in keyof Policy]: Policy[Name] | undefined }): Policy {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
