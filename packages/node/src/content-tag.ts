import { hash } from "node:crypto";
import { type EntityTag, fileTag as fileTagByMs, isWeak, strong, weak } from "@entity-tag/core";
import { anyBoolean, checkOptions } from "@entity-tag/core/adapter";

/**
 * The tag of content, made synchronously. It equals the tag of core's `contentTag` for the same bytes.
 *
 * A string counts as its UTF-8 bytes. With `weak`, the tag promises only the same meaning. It fits `app.set("etag",
 * contentTag)`: Express then passes a text encoding instead of options.
 *
 * @throws {TypeError} on content without bytes, and on an option that is not valid
 * @example
 * contentTag("hello"); // '"LPJNul+wow4m6DsqxbninhsW"'
 * @see RFC 9110 §8.8.1
 */
export function contentTag(
  content: string | ArrayBuffer | Uint8Array | DataView,
  options?: { weak?: boolean | undefined } | string,
): EntityTag {
  if (options !== undefined) checkTagOptions(options);
  const isBuffer = content instanceof ArrayBuffer;
  if (typeof content !== "string" && !isBuffer && !ArrayBuffer.isView(content)) {
    throw new TypeError(
      `Cannot make a tag of ${String(content)}: use a string, an ArrayBuffer or a view of one`,
    );
  }
  const digest = hash("sha256", isBuffer ? new Uint8Array(content) : content, "base64").slice(0, 24);
  const isWeakAsked = typeof options === "object" && options.weak === true;
  return isWeakAsked ? `W/"${digest}"` : `"${digest}"`;
}

const RULES = { weak: anyBoolean() };

function checkTagOptions(options: object | string): void {
  if (typeof options === "string" && Buffer.isEncoding(options)) return;
  checkOptions(options as object, RULES, "contentTag()");
}

/**
 * The tag of a file, from its `fs.Stats` or `fs.BigIntStats`: weak while the file could still change unnoticed.
 *
 * `BigIntStats` are exact to the nanosecond and `Stats` are not. So the two give one file different tags: use only
 * one of them. `now`: milliseconds since the epoch.
 *
 * @throws {TypeError} on a size or a time that is not valid
 * @example
 * fileTag({ size: 1024n, mtimeNs: 1_700_000_000_123_456_789n }); // '"400-17979cfe3d85cd15"'
 * @see RFC 9110 §8.8.1
 */
export function fileTag(
  stats: { size: number; mtimeMs: number } | { size: bigint; mtimeNs: bigint },
  now?: number,
): EntityTag {
  if (typeof stats !== "object" || stats === null || !("size" in stats)) {
    throw new TypeError(`Cannot make a tag of ${String(stats)}: use what \`await stat(path)\` gives`);
  }
  if (!("mtimeNs" in stats)) return fileTagByMs(stats, now);
  const { size, mtimeNs } = stats;
  const isSettled = !isWeak(fileTagByMs({ size, mtimeMs: Number(mtimeNs) / 1e6 }, now));
  return (isSettled ? strong : weak)(`${size.toString(16)}-${mtimeNs.toString(16)}`);
}
