import { dropWrites } from "./dropped-writes.ts";
import { freezeHead } from "./frozen-head.ts";
import type { NodeResponse } from "./message.ts";
import { type PendingAnswer, sendReplacementHead, thaw } from "./pending-answer.ts";
import { destroyedError, tellClosed } from "./told-closed.ts";

type Callback = ((error?: Error) => void) | undefined;

/**
 * Answers a handler that goes on writing: *judged* to *discarding*.
 *
 * Over HTTP/1 the replacement goes out at once. Over HTTP/2 it waits for the handler: Node would close the stream with it,
 * and a client could then start more handlers than `maxConcurrentStreams`.
 */
export function discard(answer: PendingAnswer): void {
  const { res, below, isHttp2, options } = answer;
  if (isHttp2) answer.thaw = freezeHead(res, isHttp2);
  else {
    sendReplacementHead(answer);
    if (answer.replacement === undefined) return;
    const body = bodyOf(answer);
    if (body === undefined) below.flushHeaders?.call(res);
    else below.write.call(res, body);
  }
  answer.phase = "discarding";
  answer.dropped = dropWrites(res, options, () => giveUp(answer));
}

/** Drops a write; one to a client that has left fails as Node has it. */
export function dropWrite(
  answer: PendingAnswer,
  chunk: unknown,
  encoding: unknown,
  callback: Callback,
): boolean {
  const { res, below, dropped } = answer;
  if (answer.phase === "done") {
    if (callback) process.nextTick(callback, destroyedError());
    return false;
  }
  if (isGone(res)) {
    dropped?.stop();
    answer.phase = "sent";
    return below.write.call(res, chunk, encoding, callback);
  }
  dropped!.drop(chunk, encoding, callback);
  return false;
}

/** The handler has ended: *discarding* to *sent*. */
export function endDiscarded(answer: PendingAnswer, callback: Callback): unknown {
  const { res, dropped } = answer;
  if (answer.phase === "done") {
    if (callback) process.nextTick(callback, destroyedError());
    return res;
  }
  dropped!.stop();
  return isGone(res) ? answer.below.end.call(res, callback) : endReplaced(answer, callback);
}

/**
 * Sends what is still to be sent of the replacement, and ends it. If a layer has made another answer of it that has
 * content, that is the handler's.
 */
export function endReplaced(
  answer: PendingAnswer,
  callback?: Callback,
  content?: string | Uint8Array | undefined,
  encoding?: BufferEncoding | undefined,
): unknown {
  const { res, below, isHttp2 } = answer;
  const isSent = answer.phase === "discarding" && !isHttp2;
  if (!isSent) {
    thaw(answer);
    answer.phase = "judged";
    sendReplacementHead(answer);
  }
  answer.phase = "sent";
  if (answer.replacement === undefined && content !== undefined) {
    return below.end.call(res, content, encoding, callback);
  }
  const body = isSent ? undefined : bodyOf(answer);
  // A compressor knows no third argument.
  return body === undefined ? below.end.call(res, callback) : below.end.call(res, body, callback);
}

/** The limit is reached: *discarding* to *done*. Nobody stands here to whom an error could be thrown. */
function giveUp(answer: PendingAnswer): void {
  const { res, listeners } = answer;
  if (isGone(res)) return;
  try {
    tellClosed(res, listeners);
    endReplaced(answer);
  } catch {
    res.destroy();
  }
  answer.phase = "done";
}

/** Bytes, so that Node does not write the head in the encoding of a text beside it. */
function bodyOf({ replacement, isHead }: PendingAnswer): Buffer | undefined {
  return isHead || replacement?.body === undefined ? undefined : Buffer.from(replacement.body);
}

function isGone({ destroyed, stream }: NodeResponse): boolean {
  return stream ? stream.destroyed === true : destroyed === true;
}
