import type { Policy } from "@entity-tag/core";

/** Picks the options of a policy. It leaves out an option that is `undefined`. */
export function policyOf(given: { [Name in keyof Policy]: Policy[Name] | undefined }): Policy {
  const policy: Record<string, unknown> = {};
  for (const name in given) {
    const value = given[name as keyof Policy];
    if (value !== undefined) policy[name] = value;
  }
  return policy;
}
