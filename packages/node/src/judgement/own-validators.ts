import { isTransfer } from "@entity-tag/core";
import { keepsFor } from "@entity-tag/core/adapter";
import type { NodeResponse } from "../message.ts";

/** The changes that this package made to a response. Two copies of it may share one response. */
interface OwnValidators {
  /** `ETag` and `Last-Modified`, as they were set before the answer was known to be a 2xx. */
  readonly fields: [name: string, value: string][];
  /** True when the read has been judged by a state that was known before the handler ran. */
  alreadyEvaluated: boolean;
  /** True when `checkPreconditions` has sent the answer. */
  isAnswered: boolean;
  /** True when a hook removes the fields if the answer turns out to be an error. */
  isGuarded: boolean;
}

const OWN = Symbol.for("@entity-tag/node/own-validators");

export function ownValidators(res: NodeResponse): OwnValidators {
  const known = (res as { [OWN]?: OwnValidators })[OWN];
  if (known !== undefined) return known;
  const own = { fields: [], alreadyEvaluated: false, isAnswered: false, isGuarded: false };
  (res as { [OWN]?: OwnValidators })[OWN] = own;
  return own;
}

/** Sets a missing validator, until the answer turns out to be an error. */
export function addValidator(res: NodeResponse, name: string, value: string): void {
  if (res.getHeader(name) !== undefined) return;
  res.setHeader(name, value);
  ownValidators(res).fields.push([name, value]);
}

/** Removes the validators of a state that has changed since it was judged. */
export function removeOutdated(res: NodeResponse): void {
  const { fields } = ownValidators(res);
  for (const [name, value] of fields) if (res.getHeader(name) === value) res.removeHeader(name);
  fields.length = 0;
}

/**
 * Removes the validators that were added too early: an error page must not have those of the page that it replaces, and
 * a handler may have appended its own (`appendHeader`). A field with two values cannot be sent over HTTP/2.
 */
export function takeBackUnwanted(method: string, status: number, res: NodeResponse): void {
  const { fields } = ownValidators(res);
  if (fields.length === 0) return;
  const isError = !isTransfer(method, status) && keepsFor(status) === undefined;
  for (const [name, value] of fields) {
    const now = res.getHeader(name);
    const isAppended = Array.isArray(now) && now.length > 1 && now[0] === value;
    if (isAppended) res.setHeader(name, now.length === 2 ? now[1]! : now.slice(1));
    else if (isError && now === value) res.removeHeader(name);
  }
  if (isError) fields.length = 0;
}
