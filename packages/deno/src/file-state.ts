import { fileTag, type State } from "@entity-tag/core";

/** The part of `Deno.FileInfo` that tells one version of a file from another. */
export interface FileInfo {
  /** In bytes. */
  readonly size: number;
  /** `null` where the file system keeps no time of modification. */
  readonly mtime: Date | null;
}

/**
 * The state of a file, from what `Deno.stat` says of it: its tag and when it was last modified.
 *
 * The tag is weak while the file could still change unnoticed, which is for a second after it changed. Without a time
 * of modification the file has no validator: its size alone says nothing.
 *
 * @example
 * conditional(() => new Response("…"), { current: async () => fileState(await Deno.stat("page.html")) });
 * @see RFC 9110 §8.8.1
 */
export function fileState({ size, mtime }: FileInfo): State {
  if (mtime === null) return {};
  return { etag: fileTag({ size, mtimeMs: mtime.getTime() }), lastModified: mtime };
}
