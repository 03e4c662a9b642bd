import type { PlainResponse } from "@entity-tag/core/adapter";
import type { NodeResponse } from "./message.ts";

/** Names and values in turn, as `writeHead` takes them. */
export function flat({ fields, body }: PlainResponse): string[] {
  const list = fields.flat();
  if (body !== undefined) list.push("Content-Length", String(Buffer.byteLength(body)));
  return list;
}

/** Takes back what was to be answered, except what may stay: what other layers have set for any answer, for one. */
export function takeBack(res: NodeResponse, stays: PlainResponse["keeps"]): void {
  for (const name of res.getHeaderNames()) if (!stays(name)) res.removeHeader(name);
  // HTTP/2 has no phrase, and warns whoever so much as reads it.
  if (Object.hasOwn(res, "statusMessage")) delete res.statusMessage;
}
