import { type Current, evaluate, isRead, type Policy, validatorFields } from "@entity-tag/core";
import { asked } from "./asked.ts";
import type { NodeRequest, NodeResponse } from "./message.ts";
import { settled, takeBack } from "./settled.ts";

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
 *   if (!answered(req, res, { etag: versionTag(7) })) res.end("the seventh version");
 * });
 * @see RFC 9110 §13.2.1
 */
export function answered(req: NodeRequest, res: NodeResponse, current: Current, policy?: Policy): boolean {
  const request = asked(req);
  const decision = evaluate(request, current, policy);
  if (decision.outcome !== "proceed") {
    const { status, fields, body } = settled(decision, request, current);
    if (status === 304) for (const pair of validatorFields(current)) fields.push(...pair);
    takeBack(res, status);
    res.writeHead(status, fields);
    res.end(body);
    return true;
  }
  if (!isRead(request.method)) return false;
  for (const [name, value] of validatorFields(current)) {
    if (res.getHeader(name) === undefined) res.setHeader(name, value);
  }
  if (!decision.range) delete req.headers.range;
  return false;
}
