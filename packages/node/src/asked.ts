import type { ConditionalRequest } from "@entity-tag/core";
import type { NodeRequest } from "./message.ts";

/** The request as core asks about it. */
export function asked(req: NodeRequest): ConditionalRequest {
  return { method: req.method ?? "", headers: { get: (name) => field(req, name) } };
}

/** Several lines are one list (§5.3). Node keeps the first alone: of dates over HTTP/1, of any condition over HTTP/2. */
function field({ headers, rawHeaders = [] }: NodeRequest, name: string): string | undefined {
  if (headers[name] === undefined) return undefined;
  let lines = 0;
  let list = "";
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const isIt = rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name;
    if (isIt) list = lines++ === 0 ? rawHeaders[i + 1]! : `${list}, ${rawHeaders[i + 1]}`;
  }
  return lines > 1 ? list : String(headers[name]);
}
