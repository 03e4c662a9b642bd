import { Readable } from "node:stream";
import type { NodeResponse } from "../message.ts";
import { isGone } from "../transport/discarded-answer.ts";
import { lengthOf } from "../transport/dropped-writes.ts";
import { isContent } from "../transport/write-arguments.ts";

/**
 * Reads content whose length is announced. It waits as long as that takes, so that its tag does not depend on timing.
 *
 * Content of another length is broken, and more of it than announced is not read. It stays a stream, so that the client
 * can see the fault. When the client leaves, the source is ended, because no framework does that before it sends.
 */
export async function readAnnounced(
  source: Readable,
  length: number,
  res: NodeResponse,
): Promise<Buffer | Readable> {
  const chunks: unknown[] = [];
  let missing = length;
  let isWaiting = true;
  const leave = () => isWaiting && source.destroy();
  if (isGone(res)) leave();
  else res.once("close", leave);
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      missing -= isContent(chunk) ? lengthOf(chunk) : Number.POSITIVE_INFINITY;
      if (missing < 0) break;
    }
  } catch (error) {
    if (!isGone(res)) throw error;
    return source;
  } finally {
    isWaiting = false;
  }
  if (missing === 0) return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));
  if (missing > 0) return Readable.from(chunks);
  for (const chunk of chunks.reverse()) source.unshift(chunk);
  return source;
}
