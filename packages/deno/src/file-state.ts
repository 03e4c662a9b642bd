import { fileTag, type State } from "@entity-tag/core";

/** The part of `Deno.FileInfo` that distinguishes versions of a file. */
export interface FileInfo {
  /** In bytes. */
  readonly size: number;
  /** `null` where the file system records no time of modification. */
  readonly mtime: Date | null;
}

/**
 * The state of a file from the result of `Deno.stat`: its tag and its time of modification.
 *
 * The tag is weak for one second after a change, because the file could change again unnoticed. Without a time of
 * modification the file has no validator, because its size alone proves nothing.
 *
 * @throws {TypeError} on anything else, such as a promise that was not awaited
 * @example
 * conditional(() => new Response("…"), { current: async () => fileState(await Deno.stat("page.html")) });
 * @see RFC 9110 §8.8.1
 */
export function fileState(info: FileInfo): State {
  const { size, mtime } = info ?? {};
  if (mtime === null) return {};
  if (!(mtime instanceof Date)) {
    throw new TypeError(`fileState() was given ${String(info)}: use what Deno.stat resolves to, with await`);
  }
  return { etag: fileTag({ size, mtimeMs: mtime.getTime() }), lastModified: mtime };
}
