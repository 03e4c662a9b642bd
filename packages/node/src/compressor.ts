import { parseTag, weaken } from "@entity-tag/core";
import type { NodeResponse } from "./message.ts";

/** A coded body is another sequence of bytes, and a strong tag must not name both (§8.8.3.3). */
export function weakenTag(res: NodeResponse): void {
  const tag = parseTag(String(res.getHeader("ETag")));
  if (tag !== undefined) res.setHeader("ETag", weaken(tag));
}

/** What a compressor must know of the 200 that is not sent. */
export interface Withheld {
  readonly type: string | undefined;
  /** Whether the client holds it as it is, coded by nobody: it has named the strong tag. */
  readonly isHeldUncoded: boolean;
}

/**
 * Sends the head through middleware nearer to the wire, a compressor perhaps, which decides there whether to code the
 * body. To a 304 it must add no more than the `Vary` of the 200: it is shown the type of that, and that it is coded.
 */
export function sendThrough(res: NodeResponse, withheld: Withheld | undefined, send: () => unknown): unknown {
  const { getHeader, setHeader } = res;
  res.setHeader = (name, value) => {
    setHeader.call(res, name, value);
    if (name.toLowerCase() === "content-encoding") weakenTag(res);
    return res;
  };
  if (withheld !== undefined) {
    res.getHeader = (name) => {
      const field = name.toLowerCase();
      if (field === "content-type") return withheld.type;
      if (field !== "content-encoding") return getHeader.call(res, name);
      // Who asks this would code the 200, perhaps: the client may hold that coded, under the weak tag.
      if (!withheld.isHeldUncoded) weakenTag(res);
      return "none";
    };
  }
  try {
    return send();
  } finally {
    Object.assign(res, { getHeader, setHeader });
  }
}
