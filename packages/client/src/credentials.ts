/**
 * The names of fields that carry credentials: `Authorization` and `Cookie`, but also `X-Api-Key`, `Private-Token` and
 * others. A field that is wrongly included costs one more request. A field that is missed would give one user's answer
 * to another user.
 */
const NAMES = /auth|cookie|key|secret|session|tenant|token|user/;

/** Fields whose names match, but that carry no credentials. */
const OTHERS = ["idempotency-key", "user-agent"];

/** The credentials among the fields of a request. */
export function credentialsIn(
  fields: readonly (readonly [name: string, value: string])[],
): (readonly [name: string, value: string])[] {
  return fields.filter(([name]) => NAMES.test(name) && !OTHERS.includes(name));
}
