import { isGone } from "./discarded-answer.ts";
import { lengthOf } from "./dropped-writes.ts";
import type { PendingAnswer } from "./pending-answer.ts";
import { bytesOf } from "./write-arguments.ts";

/**
 * True when the head waits for the rest of content whose length is known. `onBreak` sends the part that has been
 * written.
 */
export function isAwaited(answer: PendingAnswer, onBreak: OnBreak): boolean {
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

type Method = (...args: never[]) => unknown;
type Socket = { destroy: Method; end: Method; uncork?(): void };
type OnBreak = (answer: PendingAnswer) => unknown;

/**
 * A handler that fails half-way breaks its answer off, and its client gets the part that has been written. Node would
 * have sent that part already, so it is sent first. Over HTTP/2 the frozen head sees to it.
 */
function watchBreak(answer: PendingAnswer, onBreak: OnBreak): void {
  const { res, thaw } = answer;
  const { socket } = res as { socket?: Socket | null };
  // Error pages of Express destroy the socket, and Node ends it after the client has ended its side. Node marks a
  // destroyed response before it destroys its socket.
  const restores = [watchMethod(answer, res, "destroy", onBreak)];
  if (socket) {
    restores.push(
      watchMethod(answer, socket, "destroy", onBreak),
      watchMethod(answer, socket, "end", onBreak),
    );
  }
  answer.thaw = () => {
    for (const restore of restores.reverse()) restore();
    thaw?.();
  };
}

function watchMethod<Name extends string>(
  answer: PendingAnswer,
  target: { [N in Name]: Method },
  name: Name,
  onBreak: OnBreak,
): () => void {
  const method = target[name];
  const restore = () => {
    // Not by `delete`, because V8 makes every later use of such a socket slower.
    target[name] = method;
  };
  const sendFirst: Method = (...args) => {
    restore();
    const { socket } = answer.res as { socket?: Socket | null };
    try {
      if (answer.parts && !isGone(answer.res)) onBreak(answer);
      // Node collects what is written in one turn, and a destroyed socket sends nothing that it has collected.
      socket?.uncork?.();
    } catch {
      // The answer is broken off either way.
    }
    // Not `method`, because a second layer of this package may now hold the part in its turn.
    return target[name](...args);
  };
  target[name] = sendFirst.bind(undefined);
  return restore;
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
