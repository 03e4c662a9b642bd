import type { ConditionalRequest } from "@entity-tag/core";
import { asksByDate, isRangeHidden, isUnsafeForSimpleChecks } from "@entity-tag/core/adapter";
import type { NodeRequest } from "../message.ts";

type Headers = NodeRequest["headers"];

/** The original fields of a request, some of which are hidden from handlers. Two copies of this package share them. */
const ORIGINAL = Symbol.for("@entity-tag/node/original-headers");

function originalHeaders(req: NodeRequest): Headers | undefined {
  return (req as { [ORIGINAL]?: Headers })[ORIGINAL];
}

/** The request in the form that core takes. */
export function conditionalRequest(req: NodeRequest): ConditionalRequest {
  const headers = originalHeaders(req) ?? req.headers;
  return { method: req.method ?? "", headers: { get: (name) => field(headers, name, req.rawHeaders) } };
}

/**
 * True when the request has a condition or a range. It costs only a few reads, because most requests have neither.
 *
 * `shown`: `req.headers`, which Node computes whenever they are read.
 */
export function hasCondition(req: NodeRequest, shown: Headers): boolean {
  const headers = originalHeaders(req) ?? shown;
  return (
    headers["if-none-match"] !== undefined ||
    headers["if-modified-since"] !== undefined ||
    headers["if-match"] !== undefined ||
    headers["if-unmodified-since"] !== undefined ||
    headers.range !== undefined
  );
}

/**
 * Several lines are one list (§5.3). Node keeps only the first line: of dates over HTTP/1, of any condition over
 * HTTP/2.
 */
function field(headers: Headers, name: string, rawHeaders: readonly string[] = []): string | undefined {
  if (headers[name] === undefined) return undefined;
  let lines = 0;
  let list = "";
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const isIt = rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name;
    if (isIt) list = lines++ === 0 ? rawHeaders[i + 1]! : `${list}, ${rawHeaders[i + 1]}`;
  }
  return lines > 1 ? list : String(headers[name]);
}

/** Whether handlers check `If-Range` before they honour `Range`: the values of the option `ranges`. */
export type Ranges = "unchecked" | "checked";

const CONDITIONS = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] as const;

/**
 * Hides conditions that the handler might misread, because it may check them itself, as Express and `send` do.
 * {@link conditionalRequest} still has them.
 *
 * A `Range` beside an `If-Range` is hidden as well, unless the handler checks `If-Range`: many do not.
 */
export function hideFromHandler(
  req: NodeRequest,
  request: ConditionalRequest,
  ranges: Ranges,
  now?: number,
): void {
  const { headers } = req;
  // Most requests have no condition, so there is nothing to hide.
  if (!hasCondition(req, headers)) return;
  // `res.send` of Express reads this. By the date alone it would answer 304, without the tag that has not been made
  // yet.
  if ("fresh" in req && asksByDate(request)) Object.defineProperty(req, "fresh", { value: false });
  const isWhole = isRangeHidden(request, undefined, ranges, now);
  const areConditionsHidden = isUnsafeForSimpleChecks(request, now);
  if (isWhole || areConditionsHidden) keepOriginal(req);
  if (isWhole) delete headers.range;
  if (areConditionsHidden) for (const name of CONDITIONS) delete headers[name];
}

/** Shows the handler the `Range` only if it may honour it. */
export function showRange(req: NodeRequest, mayHonour: boolean): void {
  const range = (originalHeaders(req) ?? req.headers).range;
  if (range === undefined) return;
  if (mayHonour) {
    req.headers.range = range;
    return;
  }
  keepOriginal(req);
  delete req.headers.range;
}

function keepOriginal(req: NodeRequest): void {
  if (originalHeaders(req) === undefined) Object.defineProperty(req, ORIGINAL, { value: { ...req.headers } });
}
