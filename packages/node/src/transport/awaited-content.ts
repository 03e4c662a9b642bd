import type { NodeResponse } from "../message.ts";
import { isGone } from "./discarded-answer.ts";
import { lengthOf } from "./dropped-writes.ts";
import type { PendingAnswer } from "./pending-answer.ts";
import { bytesOf } from "./write-arguments.ts";

/**
 * True when the head waits for the rest of content whose length is known. `onBreak` sends the part that has been
 * written.
 */
export function isAwaited(answer: PendingAnswer, onBreak: (answer: PendingAnswer) => unknown): boolean {
  const { res, options } = answer;
  if (answer.parts) return true;
  if (!options.awaitedBytes || !Number.isNaN(answer.missingBytes)) return false;
  answer.missingBytes = Number(res.getHeader("content-length") ?? 0);
  if (!(answer.missingBytes > 0 && answer.missingBytes <= options.awaitedBytes())) return false;
  // The layers nearer to the handler add their fields now, as they would without this package.
  if (answer.phase === "open") res.writeHead(res.statusCode);
  answer.parts = [];
  if (!answer.isHttp2) watchBreak(answer, onBreak);
  return true;
}

/**
 * A handler that fails half-way breaks its answer off, and its client gets the part that has been written. Node would
 * have sent that part already, so it is sent first. Over HTTP/2 the frozen head sees to it.
 */
function watchBreak(answer: PendingAnswer, onBreak: (answer: PendingAnswer) => unknown): void {
  const { res, thaw } = answer;
  // Error pages of Express destroy the socket. Node marks a destroyed response before it destroys its socket.
  const { socket } = res as { socket?: (Pick<NodeResponse, "destroy"> & { uncork?(): void }) | null };
  const restores = (socket ? [res, socket] : [res]).map((target) => {
    const { destroy } = target;
    const sendAndDestroy: typeof destroy = (error) => {
      target.destroy = destroy;
      try {
        if (answer.parts && !isGone(res)) onBreak(answer);
        // Node collects what is written in one turn, and a destroyed socket sends nothing that it has collected.
        socket?.uncork?.();
      } catch {
        // The answer is broken off either way.
      }
      // Not `destroy`, because a second layer of this package may now hold the part in its turn.
      return target.destroy(error);
    };
    target.destroy = sendAndDestroy.bind(undefined);
    // Not by `delete`, because V8 makes every later use of such a socket slower.
    return () => {
      target.destroy = destroy;
    };
  });
  answer.thaw = () => {
    for (const restore of restores.reverse()) restore();
    thaw?.();
  };
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
