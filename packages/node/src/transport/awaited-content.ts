import { lengthOf } from "./dropped-writes.ts";
import type { PendingAnswer } from "./pending-answer.ts";
import { bytesOf } from "./write-arguments.ts";

/** True when the head waits for the rest of content whose length is known. */
export function isAwaited(answer: PendingAnswer): boolean {
  const { res, options } = answer;
  if (answer.parts) return true;
  if (!options.awaitedBytes || !Number.isNaN(answer.missingBytes)) return false;
  answer.missingBytes = Number(res.getHeader("content-length") ?? 0);
  if (!(answer.missingBytes > 0 && answer.missingBytes <= options.awaitedBytes())) return false;
  // The layers nearer to the handler add their fields now, as they would without this package.
  if (answer.phase === "open") res.writeHead(res.statusCode);
  answer.parts = [];
  return true;
}

/** Keeps a part of the awaited content. Returns the whole with its last part. */
export function gather(
  answer: PendingAnswer,
  chunk: string | Uint8Array,
  encoding: unknown,
): Buffer | undefined {
  const parts = answer.parts!;
  parts.push(bytesOf(chunk, encoding));
  answer.missingBytes -= lengthOf(chunk, encoding);
  return answer.missingBytes > 0 ? undefined : Buffer.concat(parts);
}
