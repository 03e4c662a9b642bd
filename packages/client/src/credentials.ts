/**
 * The names of fields that carry credentials. `Authorization` and `Cookie` are not all: services have `X-Api-Key`,
 * `Private-Token` and others. A name too many costs a request; a name too few shows one user what another one was sent.
 */
const NAMES = /auth|cookie|key|secret|session|tenant|token|user/;

/** These match, but are no credentials. */
const OTHERS = ["idempotency-key", "user-agent"];

/** The credentials among the fields of a request. */
export function credentialsIn(
  fields: readonly (readonly [name: string, value: string])[],
): (readonly [name: string, value: string])[] {
  return fields.filter(([name]) => NAMES.test(name) && !OTHERS.includes(name));
}
