import type { ConditionalRequest } from "@entity-tag/core";
import { asksByDate, isRangeRefused, isUnsafeForSimpleChecks } from "@entity-tag/core/adapter";
import type { NodeRequest } from "./message.ts";

/** The fields of requests, as they came, whose conditions are kept from their handlers. */
const whole = new WeakMap<NodeRequest, NodeRequest["headers"]>();

/** The request as core asks about it. */
export function asked(req: NodeRequest): ConditionalRequest {
  const headers = whole.get(req) ?? req.headers;
  return { method: req.method ?? "", headers: { get: (name) => field(headers, name, req.rawHeaders) } };
}

/** Several lines are one list (§5.3). Node keeps the first alone: of dates over HTTP/1, of any condition over HTTP/2. */
function field(
  headers: NodeRequest["headers"],
  name: string,
  rawHeaders: readonly string[] = [],
): string | undefined {
  if (headers[name] === undefined) return undefined;
  let lines = 0;
  let list = "";
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const isIt = rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name;
    if (isIt) list = lines++ === 0 ? rawHeaders[i + 1]! : `${list}, ${rawHeaders[i + 1]}`;
  }
  return lines > 1 ? list : String(headers[name]);
}

/**
 * What writes the answer to a read may ask its conditions by itself, as Express does, and `send` for files: those that
 * such rules would misread are kept from it. The request as {@link asked} from then on.
 */
export function keepFromHandler(
  req: NodeRequest,
  request: ConditionalRequest,
  now?: number,
): ConditionalRequest {
  const { headers } = req;
  // `res.send` of Express asks this.
  if ("fresh" in req && asksByDate(request)) Object.defineProperty(req, "fresh", { value: false });
  if (isRangeRefused(request, now)) delete headers.range;
  if (whole.has(req) || !isUnsafeForSimpleChecks(request, now)) return request;
  whole.set(req, { ...headers });
  for (const name of CONDITIONS) delete headers[name];
  return asked(req);
}

const CONDITIONS = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] as const;
