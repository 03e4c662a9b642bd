import { type EntityTag, parseTag, weaken } from "@entity-tag/core";
import { tagWithoutCoding } from "@entity-tag/core/adapter";
import { asked } from "./asked.ts";
import { type NodeRequest, type NodeResponse, text } from "./message.ts";

/** A coded body is another sequence of bytes, and a strong tag must not name both (§8.8.3.3). */
export function weakenTag(res: NodeResponse): EntityTag | undefined {
  const tag = parseTag(text(res, "etag"));
  if (tag === undefined) return undefined;
  const weakened = weaken(tag);
  res.setHeader("ETag", weakened);
  return weakened;
}

/** Sends the head through middleware nearer to the wire, which decides there, perhaps, to code the body. */
export function sendThrough(res: NodeResponse, send: () => unknown): unknown {
  const { setHeader } = res;
  res.setHeader = (name, value) => {
    setHeader.call(res, name, value);
    if (name.toLowerCase() === "content-encoding") weakenTag(res);
    return res;
  };
  try {
    return send();
  } finally {
    res.setHeader = setHeader;
  }
}

/** Where {@link sendThrough} is not used for every head already, by `conditional()`. */
export function weakenIfCoded(res: NodeResponse): void {
  const { writeHead } = res;
  // What `conditional()` replaces, and no compressor does.
  if (!Object.hasOwn(res, "writeHead") || Object.hasOwn(res, "removeHeader")) return;
  res.writeHead = (...args) => sendThrough(res, () => writeHead.apply(res, args));
}

/**
 * A `getHeader` for when the type is to be taken back. To a 304, a compressor must add no more than the `Vary` of the
 * 200, and it must not code a refusal: until the head is sent, it is shown the type of the 200, and that this is coded.
 */
export function withholding(
  req: NodeRequest,
  res: NodeResponse,
  getHeader: NodeResponse["getHeader"],
  isWithheld: () => boolean,
  type = getHeader.call(res, "content-type"),
): NodeResponse["getHeader"] {
  return (name) => {
    const field = !res.headersSent && isWithheld() ? name.toLowerCase() : "";
    if (field === "content-type") return type;
    if (field !== "content-encoding") return getHeader.call(res, name);
    // Who asks this would code the 200, perhaps: the client may hold that coded, under the weak tag.
    const tag = parseTag(text(res, "etag"));
    if (tag !== undefined) res.setHeader("ETag", tagWithoutCoding(res.statusCode, asked(req), tag));
    return "none";
  };
}
