/**
 * The names of fields that say who sends a request. `Authorization` and `Cookie` are not all: services have `X-Api-Key`,
 * `Private-Token` and others. A name too many costs a request; a name too few shows one user what another one was sent.
 */
const NAMES = /auth|cookie|key|secret|session|tenant|token|user/;

/** These match, but do not say who sends a request. */
const OTHERS = ["idempotency-key", "user-agent"];

/** The fields that say who sends a request, with their values. */
export function credentialsIn(headers: Headers): [name: string, value: string][] {
  return [...headers].filter(([name]) => NAMES.test(name) && !OTHERS.includes(name));
}
