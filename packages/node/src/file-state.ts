import type { State } from "@entity-tag/core";
import { fileTag } from "./content-tag.ts";

/**
 * The state of a file, from its `fs.Stats` or `fs.BigIntStats`: its tag and its time. Give it `await stat(path)`.
 *
 * @throws {TypeError} on a size or a time that is not valid
 * @example
 * fileState({ size: 1024, mtimeMs: 1_700_000_000_123 });
 * // { etag: '"400-18bcfe5687b"', lastModified: 1_700_000_000_123 }
 * @see RFC 9110 §8.8
 */
export function fileState(
  stats: { size: number; mtimeMs: number } | { size: bigint; mtimeNs: bigint },
  now?: number,
): State {
  const etag = fileTag(stats, now);
  const lastModified = "mtimeNs" in stats ? Number(stats.mtimeNs / 1_000_000n) : stats.mtimeMs;
  return { etag, lastModified };
}
