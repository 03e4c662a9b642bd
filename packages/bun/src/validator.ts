import { type Current, type EntityTag, fileTag, strong, weak } from "@entity-tag/core";
import { anyBoolean, checkOptions } from "@entity-tag/core/adapter";
import { partOf } from "./transport/file-part.ts";

/** The part of a `Bun.file(…)` that is used. */
export type BunFile = {
  readonly name?: string;
  readonly size: number;
  readonly lastModified: number;
  /** Bun gives a promise for a file on the disk, and `undefined` for one in memory. */
  stat?(): Promise<unknown> | undefined;
};
declare const Bun: { CryptoHasher: { hash(...of: unknown[]): string }; file(path: string): BunFile };
const NEVER = 2 ** 52 - 1;
const CONTENT_TAG_RULES = { weak: anyBoolean() };

/**
 * The tag of content, made synchronously by Bun's own hasher. It equals the tag of core's `contentTag`.
 * @example contentTag("hello"); // '"LPJNul+wow4m6DsqxbninhsW"'
 * @see RFC 9110 §8.8.1
 */
export function contentTag(
  content: string | ArrayBuffer | ArrayBufferView,
  options: { weak?: boolean } = {},
): EntityTag {
  checkOptions(options, CONTENT_TAG_RULES, "contentTag()");
  return (options.weak ? weak : strong)(Bun.CryptoHasher.hash("sha256", content, "base64").slice(0, 24));
}

/**
 * The state of a `Bun.file(…)` on the disk now: its tag and its time of modification; `null` if the file does not
 * exist. The tag is weak for one second after a change, because the file could change again unnoticed.
 * @example conditional(() => new Response(page), { current: () => fileState(page) });
 * @see RFC 9110 §8.8.1
 */
export function fileState(file: BunFile): Current {
  if (typeof file?.lastModified !== "number") {
    throw new TypeError(`fileState() was given ${String(file)}: use a Bun.file(…)`);
  }
  // A BunFile keeps the size and time that it saw first, so ask the disk again. A missing file has the time NEVER.
  const { size, lastModified } = isOnDisk(file) ? Bun.file(file.name) : file;
  return lastModified === NEVER ? null : { etag: fileTag({ size, mtimeMs: lastModified }), lastModified };
}

/**
 * The state of a file that Bun is about to send. A file that was opened before has no name, so it gets no validator.
 * Part of a file gets none, because it would be that of the whole file, unless the answer says that it is a part.
 */
export function sentFileState(blob: Blob, isMarked = false): Current {
  const file = blob as Blob & BunFile;
  return isOnDisk(file) && (isMarked || partOf(file) === undefined) ? fileState(file) : {};
}

/** A file in memory may have a name, too: a client that uploads one chooses it, so it must not become a path. */
function isOnDisk(file: BunFile): file is BunFile & { name: string } {
  const found = file.stat?.();
  found?.catch(() => {});
  return found !== undefined && file.name !== undefined;
}
