import type { Policy } from "@entity-tag/core";

/** The policy's options among these. An option that is `undefined` is left out. */
export function policyOf(given: { [Name in keyof Policy]: Policy[Name] | undefined }): Policy {
  const policy: Record<string, unknown> = {};
  for (const name in given) {
    const value = given[name as keyof Policy];
    if (value !== undefined) policy[name] = value;
  }
  return policy;
}
