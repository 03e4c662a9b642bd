import { type Current, evaluate, isRead, type Policy, validatorFields } from "@entity-tag/core";
import { type PlainResponse, responseFor } from "@entity-tag/core/adapter";
import { asked, keepFromHandler } from "./asked.ts";
import { weakenIfCoded, withholding } from "./compressor.ts";
import { judged, type NodeRequest, type NodeResponse } from "./message.ts";
import { flat, takeBack } from "./settled.ts";

/**
 * Whether the conditions of the request alone settle it: then 304, 400, 412 or 428 has been sent.
 *
 * Ask before the handler acts, with nothing awaited in between. Fields set on `res` before go out with a 304 too, as
 * `Cache-Control` and `Vary` must. If `false` for a read, the validators of `current` are set on `res` where it has
 * none of its own, and where `If-Range` fails, `Range` is gone from `req.headers`.
 *
 * @throws {TypeError} if a tag or a time in `current` is none
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
  policy?: Policy,
): boolean {
  // First, since it throws: at once, lest a mistake wait for the first request with a condition.
  const validators = validatorFields(current);
  const request = asked(req);
  const decision = evaluate(request, current, policy);
  if (decision.outcome !== "proceed") {
    sendInstead(req, res, responseFor(decision, request, current, policy, validators)!);
    return true;
  }
  if (!isRead(request.method)) return false;
  for (const [name, value] of validators) {
    if (res.getHeader(name) === undefined) res.setHeader(name, value);
  }
  if (validators.length > 0) judged.add(res);
  keepFromHandler(req, request, policy?.now);
  if (!decision.range) delete req.headers.range;
  weakenIfCoded(res);
  return false;
}

function sendInstead(req: NodeRequest, res: NodeResponse, instead: PlainResponse): void {
  const { status, body, keeps } = instead;
  const fields = flat(instead);
  if (!Object.hasOwn(res, "writeHead")) {
    takeBack(res, keeps);
    res.writeHead(status, fields);
  } else {
    // Nobody knows yet of which type the 200 would be: one that is coded, lest it lack the `Vary` of that.
    const type = res.getHeader("content-type") ?? "text/plain";
    const getHeader = withholding(req, res, res.getHeader, () => true, type);
    takeBack(res, keeps);
    for (let i = 0; i < fields.length; i += 2) res.setHeader(fields[i]!, fields[i + 1]!);
    res.getHeader = getHeader;
    res.statusCode = status;
    res.writeHead(status);
  }
  res.end(body);
}
