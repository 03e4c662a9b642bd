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
 * @example
 * conditional(() => new Response("…"), { current: async () => fileState(await Deno.stat("page.html")) });
 * @see RFC 9110 §8.8.1
 */
export function fileState({ size, mtime }: FileInfo): State {
  if (mtime === null) return {};
  return { etag: fileTag({ size, mtimeMs: mtime.getTime() }), lastModified: mtime };
}
