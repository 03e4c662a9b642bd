import { isResponse } from "@entity-tag/core/adapter";
import { shownGiven } from "../contract/given.ts";
import { invalidValue, problem } from "../write/problem.ts";
import type { Settings, Verdict } from "./settings.ts";

/** The 422 to a value that `validate` or `read` refuses without a reason. */
export const notValidHere = () => invalidValue("The content is well-formed, but not valid here.");

/** The value, or the answer that says why it may not be stored. */
export function approved<T>(
  settings: Settings<T>,
  value: T,
  current: T | null,
): T | Response | Promise<T | Response> {
  if (value === null) return invalidValue("null cannot be stored. Send DELETE to remove the value.");
  return settings.validate ? validated(settings.validate, value, current) : value;
}

async function validated<T>(
  validate: NonNullable<Settings<T>["validate"]>,
  value: T,
  current: T | null,
): Promise<T | Response> {
  const verdict = checkedVerdict("validate", await validate(value, current));
  if (verdict === undefined || verdict === true) return value;
  if (verdict === false) return notValidHere();
  return typeof verdict === "string" ? invalidValue(verdict) : verdict;
}

/** The answer that refuses a client; `undefined`: go on. */
export async function unauthorized<T>(
  { authorize }: Settings<T>,
  request: Request,
  key: string,
): Promise<Response | undefined> {
  if (!authorize) return undefined;
  const verdict = checkedVerdict("authorize", await authorize(request, key));
  if (verdict === undefined || verdict === true) return undefined;
  if (verdict === false) return problem(403, "This client may not send this request.");
  return typeof verdict === "string" ? problem(403, verdict) : verdict;
}

/**
 * An object such as `{ success: false }` is not a verdict. If it counted as consent, refused values would be
 * stored.
 */
function checkedVerdict(name: string, verdict: Verdict): Exclude<Verdict, void> {
  const isKnown = verdict === undefined || typeof verdict === "boolean" || typeof verdict === "string";
  if (isKnown || isResponse(verdict)) return verdict as Exclude<Verdict, void>;
  throw new TypeError(
    `${name} returned ${shownGiven(verdict)}. Return true to allow, false or a reason to refuse, or a Response`,
  );
}
