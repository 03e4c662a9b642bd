import { isRead, type Policy } from "@entity-tag/core";
import { checkedOptions } from "@entity-tag/core/adapter";
import { judgeLate } from "./late-judgement.ts";
import type { NodeRequest, NodeResponse } from "./message.ts";
import type { Tagging } from "./tagging.ts";

/** What {@link conditional} may be told. */
export interface ConditionalOptions<Req = NodeRequest, Res = NodeResponse>
  extends Policy,
    Tagging<Req, Res> {}

/**
 * Middleware that obeys the conditions of reads: `(req, res, next)`, for node:http, Express, Connect and Polka.
 *
 * GET, HEAD and QUERY are judged by the tag and date of their 2xx answer, however it is written; the handler has run
 * by then, and what it writes after a 304 is thrown away. Every other request passes untouched: a write cannot be
 * judged once it is done, so ask {@link checkPreconditions} there.
 *
 * A body that ends at once (`res.end`, `res.send`, `res.json`) is hashed for the tag that it lacks; one that is
 * written in parts flows on untagged. Use it after a compressor, to see the content before that codes it.
 *
 * What writes the answer may judge, too, as Express does. Conditions that simpler rules misread are gone from
 * `req.headers`, and known here alone; so is a `Range` whose `If-Range` cannot hold.
 *
 * @throws {TypeError} at once on an option that is none, and on `require`
 * @example
 * const app = express().use(conditional());
 * @see RFC 9110 §13.2
 */
export function conditional<Req extends NodeRequest, Res extends NodeResponse>(
  options: ConditionalOptions<Req, Res> = {},
): (req: Req, res: Res, next: (error?: unknown) => void) => void {
  if (checkedOptions(options).require) {
    throw new TypeError(
      "Cannot require conditions after the handler: require them with checkPreconditions(), before it",
    );
  }
  return (req, res, next) => {
    if (isRead(req.method ?? "")) judgeLate(req, res, options);
    next();
  };
}
