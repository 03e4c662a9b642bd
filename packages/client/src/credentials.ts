/**
 * The names of fields that carry credentials. `Authorization` and `Cookie` are not all: services have `X-Api-Key`,
 * `Private-Token` and others. One name too many costs a request. One name too few would show one user the answer to
 * another user.
 */
const NAMES = /auth|cookie|key|secret|session|tenant|token|user/;

/** Names that match, but are not those of credentials. */
const OTHERS = ["idempotency-key", "user-agent"];

/** The credentials among the fields of a request. */
export function credentialsIn(
  fields: readonly (readonly [name: string, value: string])[],
): (readonly [name: string, value: string])[] {
  return fields.filter(([name]) => NAMES.test(name) && !OTHERS.includes(name));
}
