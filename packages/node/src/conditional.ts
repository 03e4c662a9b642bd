import { isRead } from "@entity-tag/core";
import { checkOptions, LATE_RULES, type OptionRules, oneOf } from "@entity-tag/core/adapter";
import { judgeLate, type LateOptions } from "./judgement/late-judgement.ts";
import { checkMessages, type NodeRequest, type NodeResponse } from "./message.ts";
import { DROP_RULES } from "./transport/dropped-writes.ts";

/** The options of {@link conditional}. */
export interface ConditionalOptions<Req = NodeRequest, Res = NodeResponse> extends LateOptions<Req, Res> {
  /**
   * The codings whose tags name the same version: `"v1-gzip"` names `"v1"`. Default: gzip, deflate, br and zstd. `[]`:
   * none.
   */
  codings?: readonly string[] | undefined;
  /** Which fields of an answer its refusal keeps, besides CORS, cookies, security fields and the like. */
  keep?: ((fieldName: string) => boolean) | undefined;
  /**
   * Whether handlers check `If-Range` before they honour `Range`. Default: `"unchecked"`; then a `Range` beside an
   * `If-Range` is hidden from them, and they send the whole body. Use `"checked"` for `express.static` and `send`,
   * which check it.
   */
  ranges?: "unchecked" | "checked" | undefined;
  /** How many bytes a handler may write after its answer has been replaced. Default: 262,144. */
  maxDroppedBytes?: number | undefined;
  /** For how many milliseconds a handler may write after that. Default: 500. */
  dropTimeoutMs?: number | undefined;
}

const CALL = "conditional()(req, res, next)";

/** `require` and `current` are for `checkPreconditions`: a read needs no condition, and its answer is its state. */
const RULES: OptionRules = {
  ...LATE_RULES,
  current: {
    accepts: () => false,
    use: "checkPreconditions(req, res, current), before the handler, to give the current state",
  },
  require: { accepts: () => false, use: "checkPreconditions(), before the handler, to require conditions" },
  ranges: oneOf("checked", "unchecked"),
  ...DROP_RULES,
};

/**
 * Middleware that protects reads only: it judges them by their answer. Use {@link checkPreconditions} before a write.
 *
 * It has the shape `(req, res, next)`, for node:http, Express, Connect and Polka. GET, HEAD and QUERY are judged by the
 * tag and date of their 2xx answer, however the handler writes it. The handler has run by then: it sees `close` if it
 * writes for too long after a 304. All other requests pass unchanged, because a write cannot be judged after it is
 * done.
 *
 * An answer without a tag gets one from its body if that ends at once (`res.end`, `res.send`, `res.json`) or has a
 * `Content-Length`. A body that is written in parts is sent untagged. Use it after a compressor, so that it sees
 * the content before that is coded.
 *
 * The handler may judge as well, as Express does. Conditions that simpler rules would misread are hidden from
 * `req.headers`.
 *
 * @throws {TypeError} at once on an option that is not valid, and on `require`
 * @example
 * const app = express().use(conditional());
 * @see RFC 9110 §13.2
 */
export function conditional<Req extends NodeRequest, Res extends NodeResponse>(
  options: ConditionalOptions<Req, Res> = {},
  ...wrong: unknown[]
): (req: Req, res: Res, next: (error?: unknown) => void) => void {
  if (wrong.length > 0) {
    throw new TypeError(
      "Cannot use `conditional` as middleware itself: use what it returns, as in app.use(conditional())",
    );
  }
  checkOptions(options, RULES, "conditional()");
  return (req, res, next) => {
    checkMessages(req, res, CALL);
    if (typeof next !== "function")
      throw new TypeError(`Cannot go on after ${CALL}: give it a function \`next\``);
    if (isRead(req.method ?? "")) judgeLate(req, res, options);
    next();
  };
}
