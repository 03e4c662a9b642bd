import { parseTag, weaken } from "@entity-tag/core";
import type { NodeResponse } from "./message.ts";

/** A coded body is another sequence of bytes, and a strong tag must not name both (§8.8.3.3). */
export function weakenTag(res: NodeResponse): void {
  const tag = parseTag(String(res.getHeader("ETag")));
  if (tag !== undefined) res.setHeader("ETag", weaken(tag));
}

/**
 * Sends the head through middleware nearer to the wire, a compressor perhaps, which decides there whether to code the
 * body. To a 304 it must add no more than the `Vary` of the 200: it is shown the `type` of that, and that it is coded.
 */
export function sendThrough(res: NodeResponse, type: string | undefined, send: () => unknown): unknown {
  const { getHeader, setHeader } = res;
  res.setHeader = (name, value) => {
    setHeader.call(res, name, value);
    if (name.toLowerCase() === "content-encoding") weakenTag(res);
    return res;
  };
  const shown: { [name: string]: string | undefined } = { "content-type": type, "content-encoding": "none" };
  if (type !== undefined) res.getHeader = (name) => shown[name.toLowerCase()] ?? getHeader.call(res, name);
  try {
    return send();
  } finally {
    Object.assign(res, { getHeader, setHeader });
  }
}
