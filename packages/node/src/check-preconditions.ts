import {
  type ConditionalRequest,
  type Current,
  isRead,
  type Policy,
  validatorFields,
} from "@entity-tag/core";
import {
  CHECK_RULES,
  CODINGS,
  checkedState,
  checkOptions,
  checkValidators,
  decide,
  responseFor,
  withCodings,
} from "@entity-tag/core/adapter";
import { hasLayersBelow, markCoding, watchCoding } from "./judgement/compressor.ts";
import {
  conditionalRequest,
  hasCondition,
  hideFromHandler,
  showRange,
} from "./judgement/conditional-request.ts";
import { addValidator, ownValidators, removeOutdated, takeBackUnwanted } from "./judgement/own-validators.ts";
import { sendInstead } from "./judgement/replacement.ts";
import { checkMessages, type NodeRequest, type NodeResponse, text } from "./message.ts";
import { headSentError } from "./transport/frozen-head.ts";
import { fieldsOf, setFields } from "./transport/written-head.ts";

/** The options of {@link checkPreconditions}. */
export interface CheckOptions extends Policy {
  /** The codings whose tags name the same version: `"v1-gzip"` names `"v1"`. Default: gzip, deflate, br and zstd. */
  codings?: readonly string[] | undefined;
}

/**
 * True when the conditions of the request decide its answer: then 304, 400, 412 or 428 has been sent.
 *
 * Check before the handler acts. Then make the write conditional on the version that was judged, because any
 * `await` between the check and the write can lose an update. Fields that were set on `res` before are also in a
 * 304, as `Cache-Control` and `Vary` must be. If it returns false for a read, it sets the validators of `current`
 * on `res` where they are missing, and removes them again if the answer turns out to be an error. Where `If-Range`
 * fails, it removes `Range` from `req.headers`.
 *
 * @throws {TypeError} if a tag or a time in `current` is not valid, and on arguments in another order; Node's
 * `ERR_HTTP_HEADERS_SENT` if the handler has sent its own head
 * @example
 * createServer((req, res) => {
 *   if (!checkPreconditions(req, res, { etag: versionTag(7) })) res.end("the seventh version");
 * });
 * @see RFC 9110 §13.2.1
 */
export function checkPreconditions(
  req: NodeRequest,
  res: NodeResponse,
  current: Current,
  policy?: CheckOptions,
): boolean {
  // These checks come first, so that a mistake throws at every request, not only at one with a condition.
  const headers = checkMessages(req, res, "checkPreconditions(req, res, current)");
  if (policy !== undefined) checkOptions(policy, CHECK_RULES, "checkPreconditions()");
  if (!isEmpty(current)) checkValidators(current);
  // Most requests have no condition, and for them this check is all the work.
  if (hasNoValidator(current)) {
    checkNoStats(current);
    if (policy === undefined && !hasCondition(req, headers)) return false;
  }
  return judge(req, res, current, policy ?? {});
}

/** True for `null` and `{}`: there is nothing to check. It is shorter than the whole check, so engines inline it. */
function isEmpty(current: Current): boolean {
  if (current === null) return true;
  if (current?.constructor !== Object) return false;
  for (const _ in current) return false;
  return true;
}

/** True when an answer with this state needs no fields. */
function hasNoValidator(current: Current): boolean {
  return current === null || (current.etag === undefined && current.lastModified === undefined);
}

/** The `Stats` of a file are an object without a validator, and would protect nothing. */
function checkNoStats(current: Current): void {
  if (current === null || !("mtimeMs" in current)) return;
  throw new TypeError("The current state is the `Stats` of a file: use fileState(stats)");
}

function judge(req: NodeRequest, res: NodeResponse, current: Current, policy: CheckOptions): boolean {
  const validators = validatorFields(checkedState(current));
  const request = conditionalRequest(req);
  const state = withCodings(current, policy.codings ?? CODINGS);
  const decision = decide(request, state, policy);
  const own = ownValidators(res);
  if (own.isAnswered) return true;
  if (own.fields.length > 0 && !res.headersSent) removeOutdated(res);
  if (decision.outcome !== "proceed") {
    // Ended now, the handler's own answer would lack its content, and the client would wait for it.
    if (res.headersSent && !res.writableEnded) throw headSentError(req.httpVersionMajor === 2);
    own.isAnswered = true;
    sendInstead(req, res, request, responseFor(decision, request, state, policy, validators)!);
    return true;
  }
  if (!isRead(request.method)) return false;
  for (const [name, value] of validators) addValidator(res, name, value);
  if (validators.length > 0) own.alreadyEvaluated = true;
  hideFromHandler(req, request, "checked", policy.now);
  showRange(req, decision.range);
  guardHead(res, request);
  return false;
}

/** Adjusts the validators when the head is written. `conditional()` does the same for every head. */
function guardHead(res: NodeResponse, request: ConditionalRequest): void {
  const own = ownValidators(res);
  if (own.isGuarded) return;
  own.isGuarded = true;
  const { writeHead } = res;
  const isBelow = hasLayersBelow(res);
  const guard: typeof writeHead = (status, phrase, fields) => {
    // A later call has replaced the answer, and its tag is not that of any content.
    if (own.isAnswered) return writeHead.call(res, status, phrase, fields);
    takeBackUnwanted(request.method, status, res);
    const coding = res.writeHead === guarded ? undefined : text(res, "content-encoding");
    if (coding !== undefined) markCoding(res, request, coding);
    if (isBelow) watchCoding(res, request);
    const list = Array.isArray(fields) ? fields : phrase;
    // Node would refuse a list of pairs, or send one line of each name, only because the validators are set already.
    if (!Array.isArray(list) || res.stream) return writeHead.call(res, status, phrase, fields);
    setFields(res, fieldsOf(list), true);
    return typeof phrase === "string" ? writeHead.call(res, status, phrase) : writeHead.call(res, status);
  };
  const guarded = guard.bind(undefined);
  res.writeHead = guarded;
}
